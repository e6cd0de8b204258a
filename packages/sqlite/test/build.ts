import { randomUUID } from "node:crypto"

import type { Append, Json, Message, SettlePart, Slice } from "@millrace/core/backend"

import type { SqliteTx } from "../src/index.ts"

/** An event of a stream. */
export function event(streamId: string, payload: Json = null, type = "noted"): Message {
  const id = randomUUID()
  return {
    id,
    kind: "event",
    type,
    streamId,
    payload,
    metadata: {},
    causationId: id,
    correlationId: id,
    createdAt: "2026-01-02T03:04:05.678Z",
  }
}

/** An append of events to one stream, expecting nothing. */
export function to(streamId: string, ...messages: readonly Message[]): Append {
  return { streams: [{ streamId, expected: "any", messages: messages.length === 0 ? [event(streamId)] : messages }] }
}

export const owner = { processName: "p", bootId: "p-1" } as const

/** What ensures the group `g` for `noted`. */
export const spec = {
  group: "g",
  order: "stream",
  start: { at: "beginning" },
  types: ["noted"],
  owner,
  maxLanes: 100,
} as const

/** What claims for it. */
export const request = { owner, groups: [{ group: "g", types: ["noted"], limit: 100 }], leaseMs: 60_000 } as const

/** The part of one stream of a slice, with user's work. */
export function partWith(slice: Slice, key: string, work: (tx: SqliteTx) => Promise<void>): SettlePart<SqliteTx> {
  const first = slice.messages.find(({ message }) => message.streamId === key)
  return { key, from: first?.message.position ?? 0, work }
}
