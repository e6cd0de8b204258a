import { allFaults } from "../faults/all-faults.ts"
import { runPart } from "./run-part.ts"
import { runtimeFaults } from "./runtime-faults.ts"
import type { ScenarioName } from "./scenarios.ts"

/** A planted fault, and where it is planted. */
interface Planted {
  readonly in: "backend" | "runtime"
  readonly scenario?: ScenarioName
  readonly of: string
  readonly name: string
}

/** How many seeds are played before the other scenario has its turn. */
const PIECE = 250

/** Nobody in the simulation takes a log out of its storage or asks what endangers it: faults of these are for the conformance suite alone. */
const BEYOND: ReadonlySet<string> = new Set(["operator: transfer", "risks"])

/** Single faults of which the same is true: one shows after a restore, one with a type that only its rule knows. */
const BEYOND_BY_NAME: ReadonlySet<string> = new Set([
  "restored idempotency keys stay where their messages are gone",
  "a process that lacks no type of a group is handed whatever its lanes keep",
])

/** The backend's faults that the simulation is to find. */
export const backendFaults = allFaults
  .filter(({ of }) => !BEYOND.has(of))
  .map(({ of, faults }) => ({ of, faults: faults.filter(({ name }) => !BEYOND_BY_NAME.has(name)) }))

/** Every planted fault that the simulation is to find. */
export const planted: readonly Planted[] = [
  ...runtimeFaults.map(({ name, file, scenario = "bank" as const }) => ({
    in: "runtime" as const,
    of: file,
    name,
    scenario,
  })),
  ...backendFaults.flatMap(({ of, faults }) => faults.map(({ name }) => ({ in: "backend" as const, of, name }))),
]

/** Looks for each planted fault, several at a time, and prints a line for each. Answers the exit code: 1 when one was missed. */
export async function findFaults(how: {
  readonly cores: number
  readonly seeds: number
  readonly only: string
}): Promise<number> {
  const texts = how.only.split("|")
  const wanted = planted.filter(({ name, of }) => texts.some((text) => name.includes(text) || of.includes(text)))
  const waiting = wanted[Symbol.iterator]()
  let missed = 0
  const look = async (): Promise<void> => {
    for (const one of waiting) {
      const found = await findFault(one, how.seeds)
      if (found.seed === undefined) missed += 1
      const mark = found.seed === undefined ? "✗ missed   " : `✓ seed ${String(found.seed).padEnd(4)}`
      console.log(`${mark} ${found.by.padEnd(8)} ${one.in} · ${one.of} · ${one.name}\n      ${found.says}`)
    }
  }
  await Promise.all(Array.from({ length: how.cores }, look))
  console.log(`${wanted.length - missed} of ${wanted.length} planted faults found within ${how.seeds} seeds each`)
  return missed === 0 ? 0 : 1
}

/** Where a planted fault was found: by the model of the bank, or by the twin of the contract's guests; and what was wrong. */
export interface Found {
  readonly by: string
  readonly seed: number | undefined
  readonly says: string
}

/**
 * The first seed that a planted fault fails at. One in a backend is looked for in two scenarios, a few seeds at a time: some show only where a runtime
 * works, some only where somebody calls what no runtime does.
 */
export async function findFault(fault: Planted, seeds: number): Promise<Found> {
  const scenarios: readonly ScenarioName[] = fault.in === "backend" ? ["contract", "bank"] : [fault.scenario ?? "bank"]
  const named = fault.in === "backend" ? { backendFault: fault.name } : { runtimeFault: fault.name }
  let says = ""
  for (let from = 1; from <= seeds; from += PIECE) {
    for (const scenario of scenarios) {
      const answer = await runPart({ scenario, from, step: 1, seeds: Math.min(PIECE, seeds - from + 1), ...named })
      // A defect that only crashes the simulation is not found by it.
      if ("ended" in answer) return { by: scenario, seed: undefined, says: answer.ended }
      const { failure } = answer
      if (failure !== undefined) return { by: scenario, seed: failure.seed, says: failure.violations[0] ?? "" }
      says = `nothing was wrong in ${from - 1 + answer.seeds} seeds`
    }
  }
  return { by: "nobody", seed: undefined, says }
}
