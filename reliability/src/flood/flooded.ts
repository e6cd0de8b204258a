// The process that is flooded. Arguments: the URL of the log, how many writes, how many in one turn of the event loop, `wait` or `refuse`. Tells what came of it, and ends.
import { setImmediate as turn } from "node:timers/promises"

import { createApp, Overloaded } from "@millrace/core"

import { quietLogger } from "../fleet/quiet-logger.ts"
import { untilOrphaned } from "../fleet/until-orphaned.ts"
import { Drop, pipeOf } from "./drop.ts"
import { ACKNOWLEDGED, FAILED, type Flooded, PENDING, REFUSED } from "./outcome.ts"

const [backend = "", writes = "", perTurn = "", whenFull = ""] = process.argv.slice(2)
const count = Number(writes)

untilOrphaned().addEventListener("abort", () => process.exit(1))
const app = await createApp({ backend, logger: quietLogger, whenFull: whenFull === "refuse" ? "refuse" : "wait" })
// What the first write of a process opens and compiles is none of the flood's.
await app.dispatch(Drop("first-1", { number: -1 }))
const outcomes = new Uint8Array(count).fill(PENDING)
const beforeBytes = process.memoryUsage.rss()
const beganCpu = process.cpuUsage()
const began = performance.now()
const failure = await flood()
const { user, system } = process.cpuUsage(beganCpu)
const wallMs = performance.now() - began
const open = await app.dispatch(Drop("last-1", { number: count })).then(
  () => true,
  () => false,
)
await app.close()
const told: Flooded = {
  outcomes,
  open,
  beforeBytes,
  wallMs,
  ...(failure === undefined ? {} : { failure }),
  // Counted in KiB.
  peakBytes: process.resourceUsage().maxRSS * 1_024,
  cpuMs: (user + system) / 1_000,
}
process.send?.(told, () => process.disconnect())

/** Makes all writes and awaits none of them. Resolves when each has come to something, with the first failure that is no refusal. */
async function flood(): Promise<string | undefined> {
  const all = Promise.withResolvers<undefined>()
  let open = count
  let failed: string | undefined
  const done = (number: number, outcome: number): void => {
    outcomes[number] = outcome
    open -= 1
    if (open === 0) all.resolve(undefined)
  }
  for (let number = 0; number < count; number += 1) {
    if (number > 0 && number % Number(perTurn) === 0) await turn()
    app.dispatch(Drop(pipeOf(number), { number })).then(
      () => done(number, ACKNOWLEDGED),
      (error: unknown) => {
        if (!(error instanceof Overloaded)) failed ??= String(error)
        done(number, error instanceof Overloaded ? REFUSED : FAILED)
      },
    )
  }
  await all.promise
  return failed
}
