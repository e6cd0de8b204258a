import type { GroupOrder, Message, MessageId, Owner } from "@millrace/core/backend"

/** The streams, types, groups and owners that histories are made of. */
export const STREAMS = ["cart-1", "cart-2", "cart-3", "order-1", "order-2", "user-1", "user-2"] as const
export const TYPES = ["added", "placed", "seen"] as const

export interface CastGroup {
  readonly group: string
  readonly order: GroupOrder
}

export const GROUPS: readonly CastGroup[] = [
  { group: "by-stream", order: "stream" },
  { group: "by-key", order: "key" },
  { group: "by-log", order: "log" },
]

/** The key that workers of keyed groups compute: the category. */
export const keyOf = (streamId: string): string => streamId.split("-")[0] ?? ""

/** What `index` picks of `items`. */
export function pickOf<T>(items: readonly T[], index: number): T | undefined {
  return items.length === 0 ? undefined : items[index % items.length]
}

/** The types whose bits are set. */
export const typesOf = (bits: number): readonly string[] => TYPES.filter((_, bit) => (bits & (1 << bit)) !== 0)

export const ownerOf = (index: number, boot = 0): Owner => ({
  processName: `p${index % 3}`,
  bootId: `p${index % 3}-${boot}`,
})

/** A number that looks random and is the same everywhere for the same parts. */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of parts.join("|")) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** An id that is the same on every backend a history is played on. */
export const idOf = (...parts: readonly (string | number)[]): MessageId => {
  const hex = (salt: string) =>
    hashOf(salt, ...parts)
      .toString(16)
      .padStart(8, "0")
  const all = hex("a") + hex("b") + hex("c") + hex("d")
  return `${all.slice(0, 8)}-${all.slice(8, 12)}-7${all.slice(13, 16)}-8${all.slice(17, 20)}-${all.slice(20, 32)}`
}

export function messageOf(
  kind: "event" | "command",
  streamId: string,
  ...parts: readonly (string | number)[]
): Message {
  const id = idOf(...parts)
  return {
    id,
    kind,
    type: TYPES[hashOf("type", id) % TYPES.length] ?? "added",
    streamId,
    payload: { parts: parts.join("/") },
    metadata: {},
    causationId: id,
    correlationId: id,
    createdAt: "2026-01-02T03:04:05.678Z",
  }
}
