import { deepEqual } from "node:assert/strict"

import fc from "fast-check"
import { describe, it } from "vitest"

import type { Harness, OpenLog } from "../src/conformance/index.ts"
import { memoryHarness } from "./conformance/memory-harness.ts"
import { sqliteHarness } from "./conformance/sqlite-harness.ts"
import { GROUPS } from "./histories/cast.ts"
import { ensured, type Player, playerOn } from "./histories/player.ts"
import { histories, type Step } from "./histories/step.ts"
import { viewOfLog } from "./histories/views.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = process.env["MILLRACE_SEED"]

/** How many histories, how long, and how often everything is looked at on the way. */
const size = deep ? { numRuns: 150, minLength: 1, maxLength: 400 } : { numRuns: 8, minLength: 1, maxLength: 160 }
const LOOK_EVERY = 10

describe.each([{ backend: "memory" }, { backend: "sqlite" }])("on $backend", ({ backend }) => {
  it(
    "random histories show the same as the model in memory at every step [lesson 48]",
    { timeout: 1_800_000 },
    async () => {
      const other = backend === "sqlite" ? sqliteHarness : memoryHarness()
      await fc.assert(
        fc.asyncProperty(histories(size), (steps) => agree(memoryHarness(), other, steps)),
        { numRuns: size.numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
      )
    },
  )
})

/** Plays a history on two backends in step; the first difference fails. */
async function agree(model: Harness, tested: Harness, steps: readonly Step[]): Promise<void> {
  const [one, two] = [await begin(model), await begin(tested)]
  try {
    for (const [number, step] of steps.entries()) {
      const shown = await two.player.play(step, number)
      deepEqual(shown, await one.player.play(step, number), `step ${number}: ${JSON.stringify(step)}`)
      if (number % LOOK_EVERY !== 0 && number + 1 < steps.length) continue
      const seen = await viewOfLog(two.log.backend)
      deepEqual(seen, await viewOfLog(one.log.backend), `after step ${number}: ${JSON.stringify(step)}`)
    }
  } finally {
    await one.log.dispose()
    await two.log.dispose()
  }
}

/** A fresh log with all groups of the cast, and its player. */
async function begin(harness: Harness): Promise<{ readonly log: OpenLog; readonly player: Player }> {
  const log = await harness.open({ partitions: 3, migrated: true })
  for (const cast of GROUPS) await ensured(log.backend, cast, 3)
  return { log, player: await playerOn(log) }
}
