import { deepEqual, ok } from "node:assert/strict"

import { describe, it, onTestFinished } from "vitest"

import { auditedRead } from "./crash-points/audited-read.ts"
import { finishedPoints } from "./crash-points/killed/finished-points.ts"
import { killPoints } from "./crash-points/killed/kill-points.ts"
import { allStruck } from "./crash-points/open-struck.ts"
import { scenarios } from "./crash-points/scenarios.ts"
import type { KillMishap } from "./crash-points/site.ts"
import { hashOf } from "./histories/cast.ts"

/** `npm run test:deep` kills at every call, and leaves out what the folder says that earlier runs have finished; other runs kill at a few that the seed picks. */
const deep = process.env["MILLRACE_DEEP"] === "1"
const folder = process.env["MILLRACE_RESUME"]
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const TIMEOUT_MS = deep ? 7_200_000 : 240_000

/** So many scenarios a run plays on each storage. In each it kills at one call, before and after. */
const PLAYED = 2

const drawn = (...of: readonly (string | number)[]): number => hashOf("killed point", ...of, seed)

for (const { storage, title, skipped, open } of await allStruck()) {
  describe.skipIf(skipped)(`on ${title}`, () => {
    it(
      "a process that ends by SIGKILL before or after any call leaves all of its work or nothing, as another process sees [lesson 7 lesson 29 lesson 46]",
      { timeout: TIMEOUT_MS },
      async () => {
        const { site, end } = await open()
        onTestFinished(async () => {
          await site.close()
          await end()
        })
        const byLot = scenarios.toSorted((a, b) => drawn(storage, a.what) - drawn(storage, b.what))
        const isDrawn = (what: string, mishap: KillMishap, step: number, calls: number): boolean => {
          const at = drawn(storage, what) % calls
          // SQLite knows `after` for the last call only.
          return storage === "sqlite" && mishap === "killed after" ? step === calls - 1 : step === at
        }
        const kills = await killPoints(storage, site, {
          scenarios: deep ? scenarios : byLot.slice(0, PLAYED),
          picked: ({ what }, mishap, step, calls) => deep || isDrawn(what, mishap, step, calls),
          finished: finishedPoints(deep ? folder : undefined, storage),
        })
        const { points, killed, finishedBefore, missed, findings } = kills
        if (deep)
          console.log(
            `${storage}: ${points} points, ${killed} kills, ${finishedBefore} finished before, ${missed.length} not reached, ${findings.length} findings`,
          )
        deepEqual(findings, [], `MILLRACE_SEED=${seed}`)
        if (deep) deepEqual(missed, [])
        ok(killed + finishedBefore > 0, "nobody was killed")
        await auditedRead(site.healthy())
      },
    )
  })
}
