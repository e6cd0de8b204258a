import type { Redis } from "ioredis"

/** What `XINFO GROUPS` says of a consumer group, added up over the partitions of the log. */
export interface NativeGroup {
  /** Entries handed to a worker and not settled. */
  readonly pending: number
  /** Entries not handed out yet; `undefined` where the server can not tell for a partition. */
  readonly lag: number | undefined
  readonly consumers: number
  /** The highest id handed out, of all partitions. */
  readonly lastDelivered: number
}

/** All streams on the server: the partitions of its log. */
export async function streamKeys(redis: Redis): Promise<readonly string[]> {
  const keys: string[] = []
  let cursor = "0"
  do {
    const [next, found] = await redis.scan(cursor, "COUNT", 1_000, "TYPE", "stream")
    keys.push(...found)
    cursor = next
  } while (cursor !== "0")
  return keys
}

/** Any Redis tool sees this: the groups of all streams by name. */
export async function nativeGroups(redis: Redis): Promise<ReadonlyMap<string, NativeGroup>> {
  const groups = new Map<string, NativeGroup>()
  for (const key of await streamKeys(redis)) {
    const answer: unknown = await redis.call("XINFO", "GROUPS", key)
    if (!Array.isArray(answer)) throw new Error("XINFO GROUPS answered no list")
    for (const entry of answer) {
      const facts = factsOf(entry)
      const name = String(facts.get("name"))
      groups.set(name, together(groups.get(name), facts))
    }
  }
  return groups
}

function together(sum: NativeGroup | undefined, facts: ReadonlyMap<string, unknown>): NativeGroup {
  const lag = facts.get("lag")
  const before = sum ?? { pending: 0, lag: 0, consumers: 0, lastDelivered: 0 }
  return {
    pending: before.pending + Number(facts.get("pending")),
    lag: typeof lag === "number" && before.lag !== undefined ? before.lag + lag : undefined,
    consumers: before.consumers + Number(facts.get("consumers")),
    lastDelivered: Math.max(before.lastDelivered, Number.parseInt(String(facts.get("last-delivered-id")), 10)),
  }
}

/** `[name, value, name, value, …]`. */
function factsOf(entry: unknown): ReadonlyMap<string, unknown> {
  const list: readonly unknown[] = Array.isArray(entry) ? entry : []
  const facts = new Map<string, unknown>()
  for (let at = 0; at < list.length; at += 2) facts.set(String(list[at]), list[at + 1])
  return facts
}
