import type { Append, Deferral, Settlement, SettlePart, Slice, SliceMessage } from "@millrace/core"

import { type Hands, keyOf, orderOf, STREAMS } from "./guests.ts"

/** How much goes wrong in a slice. */
export type Mood = "wild" | "calm" | "all fail"

/** What a guest makes of a slice: some of it done, some of it to be tried again, parked or gone on with, with effects of all kinds. */
export function makeSettlement(slice: Slice, hands: Hands, mood: Mood = "wild"): Settlement {
  if (slice.source === "lanes") {
    const parts = slice.lanes.map(({ key, next, scannedTo }) => {
      const own = slice.messages.filter(
        ({ message }) => orderOf(slice.group) === "log" || keyIn(slice, message.streamId) === key,
      )
      return partOf(
        key,
        own.filter(({ message }) => message.position >= next),
        { from: next, scannedTo },
        hands,
        mood,
      )
    })
    return { lease: slice.lease, parts }
  }
  if (orderOf(slice.group) === "log") return logSettlement(slice, hands, mood)
  const byKey = new Map<string, SliceMessage[]>()
  for (const one of slice.messages) {
    const key = keyIn(slice, one.message.streamId)
    byKey.set(key, [...(byKey.get(key) ?? []), one])
  }
  const skipped = [...slice.skipped]
  const parts: SettlePart[] = []
  for (const [key, own] of byKey) {
    const from = own[0]?.message.position ?? 0
    if (slice.openLanes.includes(key)) skipped.push({ key, position: from })
    else parts.push(partOf(key, own, { from, scannedTo: slice.scannedTo }, hands, mood))
  }
  const stop = mood === "wild" && hands.random.chance(0.05) ? { stop: { reason: "a guest stops it" } } : {}
  return { lease: slice.lease, checkpoint: slice.scannedTo, skipped, parts, ...stop }
}

function keyIn(slice: Slice, streamId: string): string {
  return orderOf(slice.group) === "key" ? keyOf(streamId) : streamId
}

function partOf(
  key: string,
  own: readonly SliceMessage[],
  { from, scannedTo }: { readonly from: number; readonly scannedTo: number },
  hands: Hands,
  mood: Mood,
): SettlePart {
  const { random } = hands
  const effects = random.chance(0.4) ? { effects: effectsOf(hands, mood) } : {}
  const work = mood === "wild" && random.chance(0.3) ? { work: workOf(random.chance(0.3), key) } : {}
  const dropped = random.chance(0.3) ? { dropped: random.between(1, 3) } : {}
  const failing = mood === "calm" ? undefined : own[random.below(own.length + 2)]
  const common = { key, from, ...effects, ...work, ...dropped }
  if (mood === "all fail") return { key, from, doneTo: from - 1 }
  if (failing === undefined)
    return { ...common, doneTo: random.chance(0.1) ? from : scannedTo, ...closing(random.chance(0.1), from) }
  const { position } = failing.message
  return { ...common, doneTo: position - 1, deferral: deferralOf(failing, hands) }
}

/** A lane that is done in part goes on behind it. */
function closing(early: boolean, from: number): { readonly doneTo?: number } {
  return early ? { doneTo: from } : {}
}

function deferralOf({ message: { position }, attempt }: SliceMessage, { random, now }: Hands): Deferral {
  const facts = { position, failures: attempt, error: "a guest fails" }
  switch (random.below(4)) {
    case 0:
      return { as: "park", ...facts }
    case 1:
      return { as: "hand-over", position, failures: attempt - 1, leaseMs: random.pick([100, 3_000]) }
    default:
      return { as: "retry", ...facts, retryAt: now + random.pick([0, 200, 2_000]) }
  }
}

function effectsOf({ random, message, now, appends }: Hands, mood: Mood): Append {
  const streamId = random.pick(STREAMS)
  const known = appends[random.below(Math.max(appends.length, 1))]?.streams[0]?.messages[0]
  // An id that belongs to another message.
  const stolen = mood === "wild" && known !== undefined && random.chance(0.08)
  const one = message(streamId, "event")
  const expected = mood === "wild" ? random.pick(["any", "any", "any", "no-stream", 3] as const) : "any"
  return {
    streams: [{ streamId, expected, messages: [stolen ? { ...one, id: known.id } : one] }],
    ...(random.chance(0.1)
      ? { schedules: [{ message: message(streamId, "event"), at: now + random.below(3_000) }] }
      : {}),
    ...(random.chance(0.1)
      ? {
          documents: [
            { collection: "put", id: "seen", expectedRevision: random.pick<"any" | number>(["any", 1]), value: 1 },
          ],
        }
      : {}),
  }
}

function workOf(throws: boolean, key: string): (tx: unknown) => Promise<void> {
  return async (tx) => {
    const put: unknown = typeof tx === "object" && tx !== null ? Reflect.get(tx, "put") : undefined
    if (typeof put === "function") Reflect.apply(put, tx, ["guests", key, "was here"])
    if (throws) throw new Error("a guest's work throws")
  }
}

function logSettlement(slice: Extract<Slice, { source: "partition" }>, hands: Hands, mood: Mood): Settlement {
  const { random, now } = hands
  const { lease, messages, from, scannedTo } = slice
  const failing = mood === "calm" ? undefined : messages[random.below(messages.length + 2)]
  const effects = random.chance(0.4) ? { effects: effectsOf(hands, mood) } : {}
  const part = { key: "*", from: messages[0]?.message.position ?? from, ...effects }
  if (failing === undefined) return { lease, checkpoint: scannedTo, parts: messages.length === 0 ? [] : [part] }
  const { position } = failing.message
  const facts = { position, failures: failing.attempt, error: "a guest fails" }
  if (random.chance(0.4)) {
    const deferral = { as: "park", ...facts, single: true } as const
    return { lease, checkpoint: position, parts: [{ key: `@${position}`, from: position, deferral }] }
  }
  const hold = { retryAt: now + random.pick([200, 3_000]), failures: failing.attempt, error: facts.error }
  return { lease, checkpoint: Math.max(from, position - 1), parts: [], hold }
}
