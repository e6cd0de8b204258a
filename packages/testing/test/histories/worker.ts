import type {
  Append,
  Deferral,
  Position,
  Settlement,
  SettlePart,
  Skipped,
  Slice,
  SliceMessage,
} from "@millrace/core/backend"

import { type CastGroup, hashOf, keyOf, messageOf, pickOf, STREAMS } from "./cast.ts"

/** The seed of a worker under whose hands nothing fails. */
export const ALL_DONE = -1

/** What a worker of a history makes of a slice: the same on every backend, for it is decided by `seed` and the messages alone. */
export function settlementOf(
  slice: Slice,
  cast: CastGroup,
  { seed, now }: { readonly seed: number; readonly now: number },
): Settlement {
  const at = { slice, seed, now }
  if (slice.source === "lanes") {
    const parts = slice.lanes.map(({ key, next, scannedTo }) => {
      const own = slice.messages.filter(({ message }) => cast.order === "log" || keyIn(cast, message.streamId) === key)
      return partOf(at, key, own, { from: next, scannedTo })
    })
    return { lease: slice.lease, parts }
  }
  if (cast.order === "log") return logSettlement(at)
  const skipped: Skipped[] = [...slice.skipped]
  const parts: SettlePart[] = []
  for (const [key, own] of byKey(slice.messages, cast)) {
    const from = own[0]?.message.position ?? 0
    if (slice.openLanes.includes(key)) skipped.push({ key, position: from })
    else parts.push(partOf(at, key, own, { from, scannedTo: slice.scannedTo }))
  }
  return { lease: slice.lease, checkpoint: slice.scannedTo, skipped, parts }
}

const fateOf = (seed: number, ...parts: readonly (string | number)[]): number =>
  seed === ALL_DONE ? 99 : hashOf(seed, ...parts) % 100

interface At {
  readonly slice: Slice
  readonly seed: number
  readonly now: number
}

/** Handles the messages of one stream or key in order, up to the first that fails. */
function partOf(
  at: At,
  key: string,
  own: readonly SliceMessage[],
  { from, scannedTo }: { readonly from: Position; readonly scannedTo: Position },
): SettlePart {
  let effects: Append | undefined
  let doneTo = from - 1
  const dropped = at.seed === ALL_DONE ? 0 : hashOf(at.seed, "dropped", key, from) % 3
  for (const { message, attempt } of own) {
    const { position } = message
    const fate = fateOf(at.seed, at.slice.group, key, position, attempt)
    if (fate < 18) {
      const deferral = deferralOf(fate, position, attempt, at.now)
      return { key, from, doneTo, deferral, dropped, ...(effects === undefined ? {} : { effects }) }
    }
    if (fate < 45) effects = effectsOf(at, key, position, fate)
    doneTo = position
  }
  return { key, from, doneTo: scannedTo, dropped, ...(effects === undefined ? {} : { effects }) }
}

function deferralOf(fate: number, position: Position, attempt: number, now: number): Deferral {
  const facts = { position, failures: attempt, error: `fate ${fate}` }
  if (fate < 8) return { as: "retry", ...facts, retryAt: now + fate * 1_000 }
  if (fate < 12) return { as: "park", ...facts }
  return { as: "hand-over", position, failures: attempt - 1, leaseMs: 10_000 }
}

/** Messages for a few streams, some of which conflict; sometimes a schedule, sometimes a document. */
function effectsOf({ slice, now }: At, key: string, position: Position, fate: number): Append {
  const streamId = pickOf(STREAMS, hashOf("to", key, position)) ?? "cart-1"
  const message = messageOf("event", streamId, "effect", slice.group, position, slice.epoch)
  const expected = fate < 24 ? (fate % 2 === 0 ? "no-stream" : 1) : "any"
  return {
    streams: [{ streamId, expected, messages: [message] }],
    ...(fate > 40
      ? {
          schedules: [
            {
              message: messageOf("event", streamId, "later", slice.group, position, slice.epoch),
              at: now + fate * 100,
            },
          ],
        }
      : {}),
    ...(fate > 38 && fate < 42
      ? { documents: [{ collection: "seen", id: key, expectedRevision: fate % 2, value: position }] }
      : {}),
  }
}

/** Total order: one part; a failure holds the group or takes the one message out. */
function logSettlement(at: At): Settlement {
  const { slice } = at
  if (slice.source !== "partition") throw new Error("a slice of lanes has no log settlement")
  let checkpoint = slice.from
  for (const { message, attempt } of slice.messages) {
    const { position } = message
    const fate = fateOf(at.seed, slice.group, position, attempt)
    if (fate < 10) {
      const hold = { retryAt: at.now + fate * 1_000, failures: attempt, error: `fate ${fate}` }
      return { lease: slice.lease, checkpoint, parts: [], hold }
    }
    if (fate < 16) {
      const deferral = { as: "park", position, failures: attempt, error: `fate ${fate}`, single: true } as const
      return { lease: slice.lease, checkpoint: position, parts: [{ key: `@${position}`, from: position, deferral }] }
    }
    if (fate < 40) {
      const effects = effectsOf(at, "*", position, 30 + (fate % 10))
      return { lease: slice.lease, checkpoint: position, parts: [{ key: "*", from: position, effects }] }
    }
    checkpoint = position
  }
  return { lease: slice.lease, checkpoint: slice.scannedTo, parts: [] }
}

function byKey(messages: readonly SliceMessage[], cast: CastGroup): ReadonlyMap<string, readonly SliceMessage[]> {
  const found = new Map<string, SliceMessage[]>()
  for (const one of messages) {
    const key = keyIn(cast, one.message.streamId)
    found.set(key, [...(found.get(key) ?? []), one])
  }
  return found
}

const keyIn = (cast: CastGroup, streamId: string): string => (cast.order === "key" ? keyOf(streamId) : streamId)
