import * as Schema from "effect/Schema"

import type { LoggedMessage } from "../audit/evidence.ts"
import type { Finding } from "../audit/findings.ts"
import { Drop, pipeOf } from "./drop.ts"
import { ACKNOWLEDGED, REFUSED } from "./outcome.ts"

const numberIn = Schema.decodeUnknownSync(Schema.Struct({ number: Schema.Int }))

/** More findings than anybody reads say no more. */
const MOST_FOUND = 100

/** Compares what lies in the storage with what the process was told: what was acknowledged is there once, what was refused is not, and each stream has its writes in the order they were made. */
export function checkFlood(messages: readonly LoggedMessage[], outcomes: Uint8Array): readonly Finding[] {
  const findings: Finding[] = []
  const wrong = (kind: Finding["kind"], says: string): void => {
    if (findings.length < MOST_FOUND) findings.push({ kind, says })
  }
  const stored = new Uint8Array(outcomes.length)
  const lastOf = new Map<string, number>()
  for (const { type, streamId, payload, position } of messages) {
    if (type !== Drop.type) continue
    const { number } = numberIn(payload)
    // Before and after the flood.
    if (number < 0 || number >= outcomes.length) continue
    if (streamId !== pipeOf(number)) wrong("torn", `write ${number} is in ${streamId} (position ${position})`)
    if (stored[number] === 1) wrong("doubled", `write ${number} is there again at position ${position}`)
    if ((lastOf.get(streamId) ?? -1) > number)
      wrong("reordered", `write ${number} (${streamId}) stands behind ${lastOf.get(streamId)}`)
    if (outcomes[number] === REFUSED) wrong("doubled", `write ${number} was refused, and is at position ${position}`)
    stored[number] = 1
    lastOf.set(streamId, number)
  }
  for (const [number, outcome] of outcomes.entries())
    if (outcome === ACKNOWLEDGED && stored[number] !== 1) wrong("lost", `write ${number} was acknowledged`)
  return findings
}
