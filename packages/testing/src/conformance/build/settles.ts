import type {
  Append,
  Backend,
  Deferral,
  LaneSlice,
  PartitionSlice,
  Position,
  Settled,
  Settlement,
  SettlePart,
  Slice,
} from "@millrace/core/backend"

import { claim, type ClaimFacts, inShort } from "./claims.ts"

type Done = Extract<Settled, { kind: "settled" }>

/** The settlement of a worker that handled every message of a slice without effects. */
export function allDone(slice: Slice): Settlement {
  return slice.source === "partition"
    ? { lease: slice.lease, checkpoint: slice.scannedTo, skipped: slice.skipped, parts: [] }
    : {
        lease: slice.lease,
        parts: slice.lanes.map(({ key, next, scannedTo }) => ({ key, from: next, doneTo: scannedTo })),
      }
}

/** The settlement of a worker that handled every message of a slice, with these parts instead of the plain ones of their keys. */
export function doneWith(slice: Slice, ...parts: readonly SettlePart[]): Settlement {
  const plain = allDone(slice)
  const keys = new Set(parts.map((part) => part.key))
  return { ...plain, parts: [...plain.parts.filter((part) => !keys.has(part.key)), ...parts] }
}

/** The settlement of a worker that gives a slice back untouched. */
export function givenBack(slice: PartitionSlice): Settlement {
  return { lease: slice.lease, checkpoint: slice.from, skipped: slice.skipped, parts: [] }
}

/** Settles, and must not be fenced. */
export async function settle(backend: Backend, settlement: Settlement): Promise<Done> {
  const settled = await backend.settle(settlement)
  if (settled.kind !== "settled") throw new Error(`expected the settle to be accepted, it is ${settled.kind}`)
  return settled
}

/** What a settle answered, without what its repetition need not tell. */
export function kept(settled: Settled | undefined): Settled | undefined {
  if (settled?.kind !== "settled") return settled
  const { more: _more, ...rest } = settled
  return rest
}

/** The part of one stream in a partition slice: from its first message on. */
export function partOf(slice: Slice, key: string, rest: Partial<SettlePart> = {}): SettlePart {
  return { key, from: firstOf(slice, key), ...rest }
}

/** The part of a lane that is done up to where it was read. */
export function lanePart(slice: LaneSlice, key: string, rest: Partial<SettlePart> = {}): SettlePart {
  const lane = slice.lanes.find((one) => one.key === key)
  if (lane === undefined) throw new Error(`the slice has no lane ${key}: ${inShort(slice.lanes)}`)
  return { key, from: lane.next, doneTo: lane.scannedTo, ...rest }
}

/** The part of a stream whose first message of the slice failed: wait until `retryAt`. */
export function retried(slice: Slice, key: string, retryAt: number, failures = 1): SettlePart {
  const from = firstOf(slice, key)
  return { key, from, doneTo: from - 1, deferral: { as: "retry", position: from, failures, retryAt, error: "boom" } }
}

/** The part of a stream whose first message of the slice is a dead letter. */
export function parked(slice: Slice, key: string, failures = 1): SettlePart {
  const from = firstOf(slice, key)
  return { key, from, doneTo: from - 1, deferral: { as: "park", position: from, failures, error: "boom" } }
}

/** The part of a stream that its worker goes on with as a lane. */
export function handedOver(slice: Slice, key: string, leaseMs = 600_000): SettlePart {
  const position = firstOf(slice, key)
  const deferral: Deferral = { as: "hand-over", position, failures: 0, leaseMs }
  return { key, from: position, doneTo: position - 1, deferral }
}

/** A part with effects. */
export function storing(slice: Slice, key: string, effects: Append, rest: Partial<SettlePart> = {}): SettlePart {
  return partOf(slice, key, { effects, ...rest })
}

/** Claims and settles everything of a group until nothing is left, and answers the positions in the order they were handed out. */
export async function workOff(backend: Backend, facts: ClaimFacts = {}): Promise<readonly Position[]> {
  const handled: Position[] = []
  for (let slices = 0; slices < 1_000; slices += 1) {
    const slice = await claim(backend, facts)
    if (slice.kind === "idle") return handled
    handled.push(...slice.messages.map(({ message }) => message.position))
    await settle(backend, allDone(slice))
  }
  throw new Error("a group of a rule is never done: its claims hand out slices for ever")
}

function firstOf(slice: Slice, key: string): Position {
  const first = slice.messages.find(({ message }) => message.streamId === key)
  if (first === undefined) throw new Error(`the slice has no message of stream ${key}: ${inShort(slice.messages)}`)
  return first.message.position
}
