import { deepEqual, ok } from "node:assert/strict"

import { afterAll, beforeAll, describe, it } from "vitest"

import { auditedRead } from "./crash-points/audited-read.ts"
import { callsInHistories } from "./crash-points/calls-in-histories.ts"
import { allStruck, type Opened } from "./crash-points/open-struck.ts"
import type { Scenario } from "./crash-points/scenario.ts"
import { scenarios } from "./crash-points/scenarios.ts"
import type { Mishap } from "./crash-points/site.ts"
import { callsOf, strikeEachStep } from "./crash-points/strike-each-step.ts"
import { hashOf } from "./histories/cast.ts"

/** `npm run test:deep` strikes every call; other runs a fifth of them, which the seed picks. */
const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
/** Of all that may happen at a call, one in so many does: its mishaps, and the two kills that `killed-points.test.ts` draws fewer of. */
const PICKED = 5
const KILLS = 2
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** Some mishaps of a scenario, and which share of its calls each of them strikes. */
interface Share {
  readonly mishaps: readonly Mishap[]
  readonly share: number
}

/** All of both in deep runs; in others so many that a fifth of all points is struck. */
function shareOf(name: string, { what, leftAlone }: Scenario, of: readonly Mishap[]): Share {
  const mishaps = of.filter((mishap) => mishap !== "gone" || leftAlone === true)
  if (deep) return { mishaps, share: 1 }
  const wanted = (mishaps.length + KILLS) / PICKED
  const taken = Math.ceil(wanted)
  const first = hashOf("mishap", name, what, seed) % mishaps.length
  return {
    mishaps: mishaps.filter((_, at) => (at - first + mishaps.length) % mishaps.length < taken),
    share: wanted / taken,
  }
}

/** Shares are drawn to this fineness. */
const FINENESS = 1_000

for (const { title: name, skipped, mishaps: all, open } of await allStruck()) {
  describe.skipIf(skipped)(`on ${name}`, () => {
    let storage: Opened | undefined
    beforeAll(async () => {
      storage = await open()
    })
    afterAll(async () => {
      await storage?.site.close()
      await storage?.end()
    })

    it.runIf(deep)(
      "every call that writes which random histories make in append, claim, extend, settle and promote is among those struck [lesson 47]",
      { timeout: TIMEOUT_MS },
      async () => {
        if (storage === undefined) throw new Error("the storage is not open yet")
        const { site } = storage
        const known = new Set<string>()
        for (const scenario of scenarios) for (const call of await callsOf(site, scenario)) known.add(call)
        const made = await callsInHistories(site)
        deepEqual([...made].filter((call) => !known.has(call)).toSorted(), [])
      },
    )

    for (const scenario of scenarios) {
      it(
        `${scenario.what}: struck at each of its calls, it is there wholly or not at all, and once [lesson 7 lesson 29 lesson 46]`,
        { timeout: TIMEOUT_MS },
        async () => {
          if (storage === undefined) throw new Error("the storage is not open yet")
          const { mishaps, share } = shareOf(name, scenario, all)
          for (const mishap of mishaps) {
            const picked = (step: number): boolean =>
              hashOf("crash point", name, scenario.what, mishap, step, seed) % FINENESS < share * FINENESS
            const told = `MILLRACE_SEED=${seed} strikes ${scenario.what}: ${mishap}`
            const { points } = await strikeEachStep(storage.site, { scenario, mishap }, picked).catch(
              (cause: unknown) => {
                throw new Error(told, { cause })
              },
            )
            ok(points > 0, `${scenario.what} makes no call at all`)
          }
          await auditedRead(storage.site.healthy())
        },
      )
    }
  })
}
