import { equal, ok } from "node:assert/strict"

import type { Backend, Json, MessageId, Position, Settled, Settlement, Slice } from "@millrace/core/backend"

import { type CastGroup, keyOf } from "./cast.ts"

/**
 * Keeps account of what each group has handled and of the effects stored for it, from what its workers were told; fails when something is
 * handled twice or out of order.
 */
export interface Ledger {
  /** A slice was handed out: what it says to be new never was before. */
  handedOut(slice: Slice): void
  settled(slice: Slice, cast: CastGroup, settlement: Settlement, answer: Settled): void
  /** What lies above may be handled again. */
  reset(group: string, point: Position): void
  renamed(from: string, to: string): void
  /** The group and its progress are gone. */
  deleted(group: string): void
  /** Every message that a group wants has been handled, or is listed as one it was never handed; effects are there if and only if their settle said so. */
  complete(backend: Backend): Promise<void>
}

export function createLedger(): Ledger {
  const groups = new Map<string, Map<Position, string>>()
  const effects = new Map<MessageId, Position>()
  const handledBy = (group: string): Map<Position, string> => {
    const known = groups.get(group) ?? new Map<Position, string>()
    groups.set(group, known)
    return known
  }
  const highest = new Map<string, Map<number, Position>>()
  return {
    handedOut(slice) {
      const known = highest.get(slice.group) ?? new Map<number, Position>()
      highest.set(slice.group, known)
      const { partition } = slice.lease
      const before = known.get(partition) ?? 0
      if (slice.source === "partition" && slice.newAbove !== undefined)
        ok(slice.newAbove >= before, `${slice.group} was handed ${before}, which is said to be new`)
      known.set(partition, Math.max(before, ...slice.messages.map(({ message }) => message.position)))
    },
    settled(slice, cast, settlement, answer) {
      if (answer.kind === "fenced") return
      for (const [id, position] of effectsIn(settlement, answer)) effects.set(id, position)
      const handled = handledBy(slice.group)
      const last = new Map<string, Position>()
      for (const [position, key] of handled) last.set(key, Math.max(position, last.get(key) ?? 0))
      for (const { key, position } of handledIn(slice, cast, settlement, answer)) {
        ok(!handled.has(position), `${slice.group} handled position ${position} twice`)
        if (!key.startsWith("@")) {
          ok(position > (last.get(key) ?? 0), `${slice.group} handled ${key} at ${position} after ${last.get(key)}`)
          last.set(key, position)
        }
        handled.set(position, key)
      }
    },
    reset(group, point) {
      const handled = handledBy(group)
      for (const position of handled.keys()) if (position > point) handled.delete(position)
    },
    renamed(from, to) {
      const handled = handledBy(from)
      groups.delete(from)
      groups.set(to, handled)
      const positions = highest.get(from)
      highest.delete(from)
      if (positions !== undefined) highest.set(to, positions)
    },
    deleted(group) {
      groups.delete(group)
      highest.delete(group)
    },
    async complete(backend) {
      const { messages, trimmedTo } = await backend.read({ from: "log", limit: 10_000 })
      const there = new Set(messages.map(({ id }) => id))
      const { trimmed } = await backend.operator.stats()
      const goneTo = Math.max(trimmedTo, ...trimmed.map((one) => one.trimmedTo))
      for (const [id, position] of effects)
        ok(there.has(id) || (position > 0 && position <= goneTo), `effect ${id} is not stored`)
      for (const { id, payload } of messages)
        ok(!isEffect(payload) || effects.has(id), `effect ${id} is stored by nobody`)
      for (const info of await backend.operator.groups()) {
        const handled = handledBy(info.group)
        const since = new Map(info.types.map((type) => [type.type, type.since]))
        const skipped = new Set(info.skips.map(({ position }) => position))
        const lost = messages
          .filter(({ type, position }) => position > (since.get(type) ?? Infinity))
          .filter(({ position }) => !handled.has(position) && !skipped.has(position))
        equal(lost.map(({ position }) => position).join(), "", `${info.group} never handled these positions`)
        equal(info.lag, 0, `${info.group} has nothing left`)
      }
    },
  }
}

/** The messages of parts that were stored, with the last position of their part. */
function effectsIn(
  { parts }: Settlement,
  answer: Extract<Settled, { kind: "settled" }>,
): readonly (readonly [MessageId, Position])[] {
  return parts.flatMap(({ effects }, at) => {
    const verdict = answer.parts[at]
    if (verdict?.kind !== "stored") return []
    return (effects?.streams ?? []).flatMap(({ messages }) => messages.map(({ id }) => [id, verdict.position] as const))
  })
}

const isEffect = (payload: Json): boolean => JSON.stringify(payload).startsWith('{"parts":"effect/')

interface Entry {
  readonly key: string
  readonly position: Position
}

/** What a settle that was accepted has handled. */
function handledIn(
  slice: Slice,
  cast: CastGroup,
  { parts, checkpoint = 0 }: Settlement,
  answer: Extract<Settled, { kind: "settled" }>,
): readonly Entry[] {
  const entries: Entry[] = []
  const stored = parts.filter((_, at) => answer.parts[at]?.kind === "stored")
  if (cast.order === "log" && slice.source === "partition") {
    if (stored.length < parts.length) return []
    const aside = new Set(parts.flatMap(({ deferral }) => (deferral === undefined ? [] : [deferral.position])))
    for (const { message } of slice.messages)
      if (message.position <= checkpoint && !aside.has(message.position))
        entries.push({ key: "*", position: message.position })
    return entries
  }
  for (const part of stored) {
    const upto = part.doneTo ?? 0
    for (const { message } of slice.messages) {
      const key = cast.order === "key" ? keyOf(message.streamId) : cast.order === "log" ? part.key : message.streamId
      if (key === part.key && message.position <= upto) entries.push({ key, position: message.position })
    }
  }
  return entries
}
