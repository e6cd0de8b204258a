import { leaseKey, partVerdict, type PartVerdict, type Settled, type Settlement } from "@millrace/core/backend"

import type { PartEffects, Plan } from "./plan-settle.ts"
import { storedJson } from "./reply.ts"
import type { RedisTx } from "./tx.ts"
import { verdictOf } from "./verdict.ts"

/** An answer as it is kept: without the places of its effects, which the script puts before it, and without what a repetition brings along again. */
interface Kept {
  readonly settled: Omit<Plan["settled"], "parts">
  readonly parts: number
  /** The parts that are not simply stored, by number. */
  readonly others: readonly (readonly [at: number, verdict: PartVerdict])[]
}

/** The text kept of a settle: the script puts a line with the places of its effects before it. */
export function repeatText(lease: string, settled: Plan["settled"]): string {
  const { parts, ...rest } = settled
  const kept: Kept = {
    settled: rest,
    parts: parts.length,
    others: parts.flatMap((verdict, at) => (isPlain(verdict) ? [] : [[at, withoutError(verdict)] as const])),
  }
  return `${lease}\n${JSON.stringify(kept)}`
}

/** The answer to a settle that was stored before. */
export function remembered(repeats: readonly string[], settlement: Settlement<RedisTx>): Settled | undefined {
  const lease = leaseKey(settlement.lease)
  for (const repeat of repeats) {
    const [places = "", key, json = ""] = splitLines(repeat)
    if (key !== lease) continue
    const { settled, parts: count, others } = storedJson<Kept>(json)
    const lines = places.split(";")
    const parts: PartVerdict[] = Array.from({ length: count }, () => ({ kind: "stored", position: 0, streams: [] }))
    for (const [at, verdict] of others) parts[at] = verdict
    const withEffects = settlement.parts.flatMap(({ effects }, at) =>
      effects !== undefined && parts[at]?.kind === "stored" ? [{ at, streams: effects.streams }] : [],
    )
    withEffects.forEach(({ at, streams }, index) => {
      const [position = 0, ...versions] = (lines[index] ?? "").split(",").map(Number)
      parts[at] = {
        kind: "stored",
        position,
        streams: streams.map(({ streamId }, stream) => ({ streamId, version: versions[stream] ?? 0 })),
      }
    })
    return { ...settled, parts }
  }
  return undefined
}

/** The answer with the places where its effects were stored. */
export function withPlaces(
  settled: Plan["settled"],
  effects: readonly PartEffects[],
  verdicts: readonly unknown[],
): Plan["settled"] {
  const parts = [...settled.parts]
  effects.forEach(({ part, at }, index) => {
    if (part.effects !== undefined) parts[at] = partVerdict(verdictOf(part.effects, verdicts[index]))
  })
  return { ...settled, parts }
}

/** The first two lines, and the rest. */
function splitLines(text: string): readonly string[] {
  const first = text.indexOf("\n")
  const second = text.indexOf("\n", first + 1)
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)]
}

function isPlain(verdict: PartVerdict): boolean {
  return verdict.kind === "stored" && verdict.position === 0 && verdict.streams.length === 0
}

/** What user's work threw can not be stored as it was. */
function withoutError(verdict: PartVerdict): PartVerdict {
  if (verdict.kind !== "work-failed") return verdict
  const { error } = verdict
  return {
    kind: "work-failed",
    error: error instanceof Error ? { name: error.name, message: error.message } : String(error),
  }
}
