import { deepEqual, equal, notEqual, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"

import { memoryBackend } from "@millrace/core"
import { describe, it } from "vitest"

import {
  bank,
  contract,
  drawPlan,
  explain,
  type Failure,
  play,
  type PlayOptions,
  simulate,
} from "../src/simulation/index.ts"
import { allFaults } from "./faults/all-faults.ts"
import { errands } from "./simulation/errands/errands.ts"
import { backendFaults, findFault, planted } from "./simulation/find-faults.ts"
import { runPart } from "./simulation/run-part.ts"
import { runtimeFaults } from "./simulation/runtime-faults.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)

/** How many histories are played, and the share of planted faults that is looked for: all of them in deep runs. */
const size = deep
  ? { bank: 10_000, contract: 1_000, errands: 2_000, every: 1 }
  : { bank: 500, contract: 60, errands: 60, every: 16 }
const TIME_LIMIT = { timeout: deep ? 3_600_000 : 240_000 }

/** Where the seeds of this run begin: elsewhere each time, and known from the seed that the run prints. */
const from = 1 + (seed % 100_000) * 10

/** Every so many, beginning elsewhere each time. */
function sample<T>(all: readonly T[]): readonly T[] {
  return all.filter((_, at) => at % size.every === seed % size.every)
}

function told(failure: Failure<unknown> | undefined): string {
  if (failure === undefined) return ""
  return [`seed ${failure.seed}`, ...failure.violations, ...failure.history].join("\n")
}

/** Memory that hands out one message of a slice, and says that it was all. */
const skipping: NonNullable<PlayOptions["backend"]> = (made) => {
  const memory = memoryBackend(made)
  return {
    ...memory,
    async claim(request) {
      const slice = await memory.claim(request)
      if (slice.kind === "idle" || slice.source !== "partition") return slice
      return { ...slice, messages: slice.messages.slice(0, 1) }
    },
  }
}

describe("on memory", () => {
  it(
    "whatever befalls processes, calls and callbacks, each message is handled once, in order and with the right flag, and everything settles when it is over [S24.b S24.d S41.a S41.c lesson 5 lesson 6 lesson 7 lesson 29 lesson 46]",
    TIME_LIMIT,
    async () => {
      const simulated = await simulate(bank, { from, seeds: size.bank })
      equal(told(simulated.failure), "")
      equal(simulated.seeds, size.bank)
      // A simulation in which nothing happens shows nothing.
      ok(simulated.faults > size.bank && simulated.events > 100 * size.bank)
    },
  )

  it(
    "whatever befalls processes and calls, what a run of a workflow comes to follows from its stream alone, and it ends once [S47.b S47.c S47.e lesson 7 lesson 29]",
    TIME_LIMIT,
    async () => {
      const simulated = await simulate(errands, { from, seeds: size.errands })
      equal(told(simulated.failure), "")
      equal(simulated.seeds, size.errands)
      ok(simulated.faults > size.errands)
    },
  )

  it("the guests of a storage get the answers that its twin gives [lesson 48]", TIME_LIMIT, async () => {
    const simulated = await simulate(contract, { from, seeds: size.contract, twin: memoryBackend })
    equal(told(simulated.failure), "")
    equal(simulated.seeds, size.contract)
  })
})

describe("the simulation", () => {
  it("plays the same history for the same seed, to the byte, in this process and in another", TIME_LIMIT, async () => {
    for (const one of [from, from + 1, from + 2]) {
      const plan = drawPlan(one, bank.draw)
      const first = await play(bank, plan, { history: true })
      const again = await play(bank, structuredClone(plan), { history: true })
      equal(again.history.join("\n"), first.history.join("\n"))
      const elsewhere = await runPart({ scenario: "bank", from: one, step: 1, seeds: 1 })
      if ("ended" in elsewhere) throw new Error(elsewhere.ended)
      deepEqual(
        [elsewhere.events, elsewhere.simulatedMs, elsewhere.faults],
        [first.events, first.simulatedMs, first.faults.length],
      )
      notEqual((await play(bank, drawPlan(one + 3, bank.draw), { history: true })).history.join(), first.history.join())
    }
  })

  it("plays again exactly the faults that a seed gave, once they are named", TIME_LIMIT, async () => {
    for (let one = from; one < from + 10; one += 1) {
      const plan = drawPlan(one, bank.draw)
      const drawn = await play(bank, plan, { history: true })
      const named = await play(bank, { ...plan, faults: drawn.faults }, { history: true })
      equal(named.history.join("\n"), drawn.history.join("\n"))
    }
  })

  it("tells a failing history as a short one that fails too", TIME_LIMIT, async () => {
    const { failure } = await simulate(bank, { seeds: 100, backend: skipping })
    ok(failure !== undefined && failure.violations.length > 0)
    const { shortest, history } = failure
    const drawn = drawPlan(failure.seed, bank.draw)
    ok(shortest.steps.length <= 4 && shortest.steps.length < drawn.steps.length)
    ok(history.some((line) => line.includes("WRONG")))
    const again = await play(bank, shortest, { history: true, backend: skipping })
    equal(again.history.join("\n"), history.join("\n"))
    // What was short by chance would fail without the defect as well.
    deepEqual((await play(bank, shortest)).violations, [])
  })

  it("explains nothing away: what fails only as it was drawn is told as it was drawn", TIME_LIMIT, async () => {
    const plan = drawPlan(from, bank.draw)
    const outcome = await play(bank, plan)
    const explained = await explain(bank, plan, { ...outcome, violations: ["not repeated"] })
    deepEqual([explained.shortest, explained.violations], [plan, ["not repeated"]])
  })

  it("has at least ten faults to plant in the runtime, and a name for each planted fault", () => {
    ok(runtimeFaults.length >= 10)
    equal(new Set(planted.map(({ name }) => name)).size, planted.length)
    equal(planted.length, runtimeFaults.length + backendFaults.flatMap(({ faults }) => faults).length)
    // All but those of risks and of taking a log out, and two more.
    const beyond = allFaults
      .filter(({ of }) => of === "risks" || of === "operator: transfer")
      .flatMap(({ faults }) => faults)
    const all = allFaults.flatMap(({ faults }) => faults)
    equal(all.length - beyond.length - 2, planted.length - runtimeFaults.length)
  })

  it("finds the place of each fault to plant in the runtime exactly once [lesson 47]", () => {
    for (const { name, file, find, replace } of runtimeFaults) {
      const source = readFileSync(new URL(`../../core/src/${file}`, import.meta.url), "utf8")
      equal(source.split(find).length - 1, 1, `"${name}": ${file} has changed: plant it where its code is now`)
      notEqual(find, replace)
    }
  })

  for (const fault of sample(planted)) {
    it(
      `finds within 1,000 seeds what is planted in the ${fault.in}: ${fault.name} [lesson 47]`,
      TIME_LIMIT,
      async () => {
        const found = await findFault(fault, 1_000)
        ok(found.seed !== undefined, found.says)
      },
    )
  }
})
