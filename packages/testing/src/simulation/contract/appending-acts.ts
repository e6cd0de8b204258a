import type { Append, ExpectedVersion, StreamAppend } from "@millrace/core"

import { type GuestAct, type Hands, STREAMS } from "./guests.ts"

/** More than any append may hold. */
const TOO_MANY = 10_001
const MANY = 10_000
/** Enough appends at once to meet each other. */
const CROWD = 25

async function streamAppend({ storage, random, message }: Hands, streamId: string): Promise<StreamAppend> {
  const page = await storage.read({ from: "streams", streams: [{ streamId }], limit: 1, direction: "backward" })
  const version = page.messages[0]?.version ?? 0
  const expected = random.pick<ExpectedVersion>([
    "any",
    "any",
    version,
    version,
    version + 1,
    version + 5,
    "no-stream",
    "stream-exists",
    0,
  ])
  const messages = Array.from({ length: random.between(1, 3) }, () =>
    message(streamId, random.chance(0.7) ? "event" : "command"),
  )
  return { streamId, expected, messages }
}

async function makeAppend(hands: Hands): Promise<Append> {
  const { random } = hands
  const named = new Set(Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => random.pick(STREAMS)))
  const streams: StreamAppend[] = []
  for (const streamId of named) streams.push(await streamAppend(hands, streamId))
  const key = random.pick(["Key", "key", "key-1", "key-2"])
  return {
    streams,
    ...(random.chance(0.3) ? { idempotencyKey: key, fingerprint: `print-${random.below(2)}` } : {}),
    ...(random.chance(0.3) ? { documents: [documentIn(hands)] } : {}),
  }
}

function documentIn({ random }: Hands) {
  const expectedRevision = random.pick<number | "any">(["any", 0, 1, 2])
  const value = random.pick<number | string | null | undefined>([1, null, "text", undefined])
  return { collection: "put", id: random.pick(["B", "a", "é", "Z", "10", "9"]), expectedRevision, value }
}

/** Known ids again, in part, with other expectations, or as they were. */
function again({ random, appends, message }: Hands): readonly Append[] {
  const before = appends[random.below(Math.max(appends.length, 1))]
  if (before === undefined) return []
  const roll = random.below(4)
  if (roll === 0) return [before]
  return [
    {
      ...before,
      streams: before.streams.map((stream) => ({
        ...stream,
        expected: roll === 1 ? "any" : roll === 2 ? 77 : stream.expected,
        messages: roll === 3 ? [...stream.messages, message(stream.streamId, "event")] : stream.messages,
      })),
    },
  ]
}

const append: GuestAct = async (hands) => {
  const { storage, random, appends } = hands
  const some: Append[] = []
  for (let left = random.pick([1, 1, 2, 4]); left > 0; left -= 1) some.push(await makeAppend(hands))
  appends.push(...some)
  return storage.append(some)
}

const repeat: GuestAct = async (hands) => {
  const some = again(hands)
  return some.length === 0 ? undefined : hands.storage.append(some)
}

/** What can not be stored stands between what can. */
const spoilt: GuestAct = async ({ storage, random, message }) => {
  const tooLong = random.chance(0.2) // it takes long
  const payload = tooLong ? "x".repeat(storage.capabilities.maxMessageBytes) : "a NUL \u0000 in it"
  return storage.append(
    ["fine", payload, "fine too"].map((text) => ({
      streams: [{ streamId: "odd-1", expected: "any", messages: [message("odd-1", "event", text)] }],
    })),
  )
}

/** One version of one stream, wanted by several appends of one call. */
const rivals: GuestAct = async (hands) => {
  const streamId = hands.random.pick(STREAMS)
  const one = await streamAppend(hands, streamId)
  return hands.storage.append(
    [1, 2, 3].map((at) => ({
      streams: [
        {
          ...one,
          expected: at === 1 ? one.expected : hands.random.pick<ExpectedVersion>(["any", one.expected]),
          messages: [hands.message(streamId, "event")],
        },
      ],
    })),
  )
}

const crowd: GuestAct = ({ storage, random, message }) => {
  const streamId = random.pick(STREAMS)
  const expected = random.pick<ExpectedVersion>(["any", "no-stream", 3])
  return Promise.all(
    Array.from({ length: CROWD }, () =>
      storage.append([{ streams: [{ streamId, expected, messages: [message(streamId, "event")] }] }]),
    ),
  )
}

const schedule: GuestAct = async (hands) => {
  const { storage, random, message, now, appends } = hands
  const schedules = Array.from({ length: random.between(1, 4) }, () => ({
    message: message(random.pick(STREAMS), random.pick(["event", "command"])),
    at: now + random.pick([1, 500, 500, 3_000, 9_000]),
  }))
  const one: Append = { streams: [], schedules }
  appends.push(one)
  await storage.append([one])
  return random.chance(0.3) ? storage.append([one]) : undefined
}

/** As much as a call may hold, more than that, and more than a read returns. Rarely: it takes long. */
const flood: GuestAct = async ({ storage, random, message, now }) => {
  if (!random.chance(0.15)) return undefined
  const some = (count: number) => Array.from({ length: count }, () => message("flood-1", "event"))
  const later = (count: number) => some(count).map((one) => ({ message: one, at: now + 1_000_000 }))
  if (random.chance(0.5)) return storage.append([{ streams: [], schedules: later(TOO_MANY) }])
  await storage
    .append([{ streams: [{ streamId: "flood-1", expected: "any", messages: some(TOO_MANY) }] }])
    .catch(() => {})
  await storage.append([{ streams: [{ streamId: "flood-1", expected: "any", messages: some(MANY) }] }])
  await storage.append([{ streams: [{ streamId: "flood-1", expected: "any", messages: some(2) }] }])
  return storage.read({ from: "log", limit: 2 * MANY })
}

/** Writing. */
export const appendingActs: Readonly<Record<string, GuestAct>> = {
  append,
  repeat,
  spoilt,
  rivals,
  crowd,
  schedule,
  flood,
}
