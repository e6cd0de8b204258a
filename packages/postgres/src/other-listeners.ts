import type { Client } from "pg"

import { isJoining, joining } from "./wakes.ts"

/**
 * Whether anybody else would hear a wake-up. Each listening connection holds a lock that all of a log's listeners share, and says once that it has come. So those who are
 * there can be counted, and who comes later is heard. Counted is on the connection that hears: where it is away or does not answer, nothing is known, and that counts as
 * somebody.
 */
export interface OtherListeners {
  /** Whether nobody else listens, as far as is known. */
  none(): boolean
  /** Of a connection that listens already: lets the others know of it, and counts them. */
  join(client: Client): Promise<void>
  /** Takes what the connection was told; answers whether that somebody has come. */
  hear(payload: string): boolean
  /** The connection is gone. */
  leave(): void
}

/** For how long a count is believed: what was not heard, because the connection was lost and nobody had noticed, is found out by the next one. */
const COUNTED_FOR_MS = 5_000

/** `lock`: a number of 64 bits, as text. */
export function countOtherListeners(
  { lock, channel }: { readonly lock: string; readonly channel: string },
  origin: string,
): OtherListeners {
  let client: Client | undefined
  let others: number | undefined
  let countedAt = 0
  let come = 0

  const count = async (on: Client): Promise<void> => {
    others = undefined
    countedAt = performance.now()
    const before = come
    const { rows } = await on.query<{ others: number }>(COUNT, [lock])
    // Who was heard of before the answer was complete may have come after it was made.
    if (client === on) others = Math.max(rows[0]?.others ?? 1, come - before)
  }
  return {
    none() {
      if (client !== undefined && performance.now() - countedAt > COUNTED_FOR_MS) count(client).catch(() => {})
      return others === 0
    },
    async join(on) {
      client = on
      await on.query("SELECT pg_advisory_lock_shared($1)", [lock])
      await on.query("SELECT pg_notify($1, $2)", [channel, joining(origin)])
      await count(on)
    },
    hear(payload) {
      if (!isJoining(payload, origin)) return false
      come += 1
      if (others !== undefined) others += 1
      return true
    },
    leave() {
      client = undefined
      others = undefined
    },
  }
}

/** In: the lock. Out: how many other connections to this database hold it. */
const COUNT = `SELECT count(*)::int AS others FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1::bigint AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()`
