import fc from "fast-check"

import type { SettlePart, Slice } from "../../src/backend/index.ts"
import { memoryBackend, type MemoryBackend } from "../../src/memory/index.ts"
import { appendOf, event, GROUP, OWNER } from "./log.ts"

const STREAMS = ["a", "b", "c", "d", "e"]
const ALWAYS = ["one", "two"]
const TYPES = [...ALWAYS, "late"]

/** Longer than a type stays in a group that nobody wants it in. */
const BEYOND_GRACE_MS = 61_000

/** What becomes of a stream's share of a slice. */
type Fate = "done" | "retry" | "park" | "part"

/** One step of a history. `types`: the type `late` joins the group, or leaves it. */
export type Operation =
  | { readonly kind: "append"; readonly stream: number; readonly type: number }
  | { readonly kind: "work"; readonly limit: number; readonly fates: readonly Fate[] }
  | { readonly kind: "retry" }
  | { readonly kind: "reset"; readonly to: number; readonly late: boolean }
  | { readonly kind: "types"; readonly late: boolean }

/** A log whose group began behind its first `start` messages, and what happens to it then. */
export interface History {
  readonly start: number
  readonly operations: readonly Operation[]
}

const fate = fc.constantFrom<Fate>("done", "done", "retry", "park", "part")
const work = fc.record({
  kind: fc.constant("work" as const),
  limit: fc.integer({ min: 1, max: 6 }),
  fates: fc.array(fate, { minLength: 5, maxLength: 5 }),
})
const append = fc.record({ kind: fc.constant("append" as const), stream: fc.nat(4), type: fc.nat(2) })
const reset = fc.record({ kind: fc.constant("reset" as const), to: fc.nat(20), late: fc.boolean() })
const types = fc.record({ kind: fc.constant("types" as const), late: fc.boolean() })
const operation = fc.oneof(
  { weight: 6, arbitrary: append },
  { weight: 8, arbitrary: work },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("retry" as const) }) },
  { weight: 2, arbitrary: reset },
  { weight: 2, arbitrary: types },
)

export const anyHistory: fc.Arbitrary<History> = fc.record({
  start: fc.nat(4),
  // Short arrays, the default, hardly ever hold all that an error needs.
  operations: fc.array(operation, { minLength: 5, maxLength: 60, size: "max" }),
})

/** A log beside a plain record of what was really handled. */
interface Played {
  readonly backend: MemoryBackend
  readonly pass: (ms: number) => void
  readonly handled: Set<number>
  /** Messages whose flag differs from the record. */
  readonly wrong: string[]
}

/** Plays a history, then works off what is left; answers the messages that were marked wrongly, and what could not be worked off. */
export async function playHistory({ start, operations }: History): Promise<readonly string[]> {
  let now = Date.UTC(2030, 0, 1)
  const backend = memoryBackend({ partitions: 2, clock: { now: () => now } })
  const handled = new Set(Array.from({ length: start }, (_, at) => at + 1))
  const played: Played = { backend, pass: (ms) => (now += ms), handled, wrong: [] }
  await backend.migrate()
  for (let at = 0; at < start; at += 1) await play(played, { kind: "append", stream: at % 5, type: at % 3 })
  await ensure(backend, start, ALWAYS)
  for (const one of operations) await play(played, one, start)
  await backend.operator.retryLanes(GROUP)
  for (let turns = 0; turns < 1_000 && (await workOnce(played, 3, [])); turns += 1);
  const [info] = await backend.operator.groups([GROUP])
  const left = [info?.lag, info?.retrying, info?.parked]
  return left.every((count) => count === 0) ? played.wrong : [...played.wrong, `left: ${left.join(", ")}`]
}

async function play(played: Played, one: Operation, start = 0): Promise<void> {
  const { backend, pass } = played
  switch (one.kind) {
    case "append": {
      const stored = event(STREAMS[one.stream] ?? "a", { type: TYPES[one.type] ?? "one" })
      await backend.append([appendOf(stored)])
      return
    }
    case "work":
      await workOnce(played, one.limit, one.fates)
      return
    case "retry":
      await backend.operator.retryLanes(GROUP)
      return
    case "reset": {
      const [info] = await backend.operator.groups([GROUP])
      const late = one.late && info?.types.some(({ type }) => type === "late") === true
      const point = { at: "position", position: one.to } as const
      await backend.operator.resetGroup(GROUP, point, late ? { types: ["late"] } : {})
      return
    }
    case "types":
      if (!one.late) pass(BEYOND_GRACE_MS)
      await ensure(backend, start, one.late ? TYPES : ALWAYS)
  }
}

async function ensure(backend: MemoryBackend, start: number, wanted: readonly string[]): Promise<void> {
  await backend.ensureGroup({
    group: GROUP,
    order: "stream",
    start: { at: "position", position: start },
    types: wanted,
    owner: OWNER,
    maxLanes: 100,
  })
}

async function workOnce({ backend, handled, wrong }: Played, limit: number, fates: readonly Fate[]): Promise<boolean> {
  const slice = await backend.claim({ owner: OWNER, leaseMs: 1_000, groups: [{ group: GROUP, types: TYPES, limit }] })
  if (slice.kind === "idle") return false
  for (const { message, handledBefore } of slice.messages) {
    if (handledBefore !== handled.has(message.position))
      wrong.push(`${message.type} at ${message.position} in ${message.streamId} is marked ${handledBefore}`)
  }
  const parts = sharesOf(slice).map((share): SettlePart => {
    const chosen = share.positions.length === 0 ? "done" : (fates[STREAMS.indexOf(share.key)] ?? "done")
    const count = chosen === "done" ? share.positions.length : chosen === "part" ? 1 : 0
    for (const position of share.positions.slice(0, count)) handled.add(position)
    return partOf(share, share.positions[count], chosen)
  })
  const settled =
    slice.source === "lanes"
      ? await backend.settle({ lease: slice.lease, parts })
      : await backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, skipped: slice.skipped, parts })
  if (settled.kind !== "settled") wrong.push("a settle was fenced")
  return true
}

interface Share {
  readonly key: string
  readonly from: number
  readonly scannedTo: number
  readonly positions: readonly number[]
}

function sharesOf(slice: Slice): readonly Share[] {
  const positionsOf = (key: string): readonly number[] =>
    slice.messages.filter(({ message }) => message.streamId === key).map(({ message }) => message.position)
  if (slice.source === "lanes")
    return slice.lanes.map(({ key, next, scannedTo }) => ({ key, from: next, scannedTo, positions: positionsOf(key) }))
  return [...new Set(slice.messages.map(({ message }) => message.streamId))].map((key) => {
    const positions = positionsOf(key)
    return { key, from: positions[0] ?? 0, scannedTo: slice.scannedTo, positions }
  })
}

function partOf({ key, from, scannedTo }: Share, rest: number | undefined, chosen: Fate): SettlePart {
  if (rest === undefined) return { key, from, doneTo: scannedTo }
  const failed = { position: rest, failures: 1 }
  const deferral =
    chosen === "park" ? ({ as: "park", ...failed } as const) : ({ as: "retry", retryAt: 0, ...failed } as const)
  return { key, from, doneTo: rest - 1, deferral }
}
