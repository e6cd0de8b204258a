import fc from "fast-check"

import { GROUPS } from "../histories/cast.ts"
import { createLedger } from "../histories/ledger.ts"
import { ensured } from "../histories/play-group.ts"
import { playerOn } from "../histories/player.ts"
import { histories, type Step } from "../histories/step.ts"
import { type Call, interceptBackend } from "../intercept-backend.ts"
import type { Site } from "./site.ts"

/** The methods whose calls are struck. */
const STRUCK: ReadonlySet<string> = new Set(["append", "claim", "extend", "settle", "promote"])

/** A history that meets most of what a storage does, the same each time. */
const SAMPLE = { seed: 11, numRuns: 1 }
const LENGTH = { minLength: 300, maxLength: 300 }

/** What an app calls to trim its log. */
const TRIMS: ReadonlySet<string> = new Set(["trim", "trimCategory"])

/** A log that was trimmed or moved can not be audited in the raw any more. */
function isLeftOut(step: Step): boolean {
  if (step.do === "app") return TRIMS.has(step.call)
  return step.do === "move" || step.do === "trim" || step.do === "trim-category"
}

/** Calls that write nothing: who dies at them dies before the write that follows. A function of the schema may write. */
const isIdle = (call: string): boolean =>
  /^(?:SELECT|ZRANGE|SAVEPOINT|ROLLBACK)\b/.test(call) && !/FROM "\w+"\."\w+"\(/.test(call)

/** The calls that write which a backend makes in these methods. */
export async function callsInHistories(site: Site): Promise<ReadonlySet<string>> {
  const calls = new Set<string>()
  const record = async ({ method, run }: Call): Promise<unknown> => {
    if (!STRUCK.has(method)) return run()
    site.wire.arm(Number.MAX_SAFE_INTEGER, "lost")
    try {
      return await run()
    } finally {
      for (const call of site.wire.seen) if (!isIdle(call)) calls.add(call)
      await site.wire.disarm()
    }
  }
  for (const steps of fc.sample(histories(LENGTH), SAMPLE)) {
    const backend = interceptBackend(site.faulty({ brief: false }), record)
    const advance = (ms: number): Promise<void> => site.clock.advance(ms)
    const log = { backend, reopen: () => Promise.resolve(backend), advance, dispose: () => backend.close() }
    for (const cast of GROUPS) await ensured(backend, cast, 3)
    const player = await playerOn(log, createLedger())
    for (const [number, step] of steps.entries()) if (!isLeftOut(step)) await player.play(step, number)
  }
  return calls
}
