import { allFaults } from "../faults/all-faults.ts"
import { runPart } from "./run-part.ts"
import { runtimeFaults } from "./runtime-faults.ts"

/** A planted fault, and where it is planted. */
interface Planted {
  readonly in: "backend" | "runtime"
  readonly of: string
  readonly name: string
}

/** Every planted fault. */
export const planted: readonly Planted[] = [
  ...runtimeFaults.map(({ name, file }) => ({ in: "runtime" as const, of: file, name })),
  ...allFaults.flatMap(({ of, faults }) => faults.map(({ name }) => ({ in: "backend" as const, of, name }))),
]

/** Looks for each planted fault, several at a time, and prints a line for each. Answers the exit code: 1 when one was missed. */
export async function findFaults(how: {
  readonly cores: number
  readonly seeds: number
  readonly only: string
}): Promise<number> {
  const wanted = planted.filter(({ name, of }) => name.includes(how.only) || of.includes(how.only))
  const waiting = wanted[Symbol.iterator]()
  let missed = 0
  const look = async (): Promise<void> => {
    for (const one of waiting) {
      const found = await findFault(one, how.seeds)
      if (found.seed === undefined) missed += 1
      console.log(
        `${found.seed === undefined ? "✗ missed  " : `✓ seed ${String(found.seed).padEnd(4)}`} ${one.in} · ${one.of} · ${one.name}\n      ${found.says}`,
      )
    }
  }
  await Promise.all(Array.from({ length: how.cores }, look))
  console.log(`${wanted.length - missed} of ${wanted.length} planted faults found within ${how.seeds} seeds each`)
  return missed === 0 ? 0 : 1
}

/** The first seed that a planted fault fails at, and what it says. */
export async function findFault(
  fault: Planted,
  seeds: number,
): Promise<{ readonly seed: number | undefined; readonly says: string }> {
  const named = fault.in === "backend" ? { backendFault: fault.name } : { runtimeFault: fault.name }
  const answer = await runPart({ from: 1, step: 1, seeds, ...named })
  // A defect that only crashes the simulation is not found by it.
  if ("ended" in answer) return { seed: undefined, says: answer.ended }
  const { failure } = answer
  if (failure === undefined) return { seed: undefined, says: `nothing was wrong in ${answer.seeds} seeds` }
  return { seed: failure.seed, says: failure.violations[0] ?? "" }
}
