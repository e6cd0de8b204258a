import { createHash } from "node:crypto"

import type { Settings } from "./options.ts"

/** What a log in Postgres is called by. */
export interface Names {
  readonly schema: string
  readonly prefix: string
  /** The log's name for people: `millrace`, or `millrace.shop_` with a prefix. */
  readonly log: string
  /** The key of the advisory lock that appends take. Advisory locks are apart per database already. */
  readonly lock: string
  /** The key of the lock that migrations take. */
  readonly migrationLock: string
  /** The key of the lock that all who listen share. */
  readonly listenersLock: string
  /** The channel of wake-ups. Its own for each log of a database. */
  readonly channel: string
  /** Sets apart the prepared statements of two logs on one connection. */
  readonly tag: string
  /** `messages` → `"millrace"."shop_messages"`. */
  of(table: string): string
}

/** Derives all names from schema and prefix, which `settingsOf` has checked. */
export function namesOf({ schema, prefix }: Pick<Settings, "schema" | "prefix">): Names {
  const digest = createHash("sha256")
    .update(JSON.stringify(["millrace", schema, prefix]))
    .digest()
  const tag = digest.toString("hex").slice(0, 12)
  return {
    schema,
    prefix,
    log: prefix === "" ? schema : `${schema}.${prefix}`,
    lock: digest.readBigInt64BE(8).toString(),
    migrationLock: digest.readBigInt64BE(16).toString(),
    listenersLock: digest.readBigInt64BE(24).toString(),
    channel: `millrace_${tag}`,
    tag,
    of: (table) => `"${schema}"."${prefix}${table}"`,
  }
}
