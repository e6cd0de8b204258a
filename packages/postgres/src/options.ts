import { checkWholeOption, DEFAULT_PARTITIONS, type Instant, refuseOption } from "@millrace/core/backend"

/** How a log in Postgres is kept. Everything has a default. */
export interface PostgresOptions {
  /** The schema that holds the log's tables; `migrate` creates it where it is missing. */
  readonly schema?: string
  /** Begins the names of all tables and functions: two logs in one schema need two prefixes. */
  readonly prefix?: string
  /** Partitions of a log that `migrate` creates. An existing log keeps its own. */
  readonly partitions?: number
  /** Connections that the backend opens at most, beside them one that listens and one that groups of appends share. Meaningless with a pool of yours. */
  readonly maxConnections?: number
  /** How long a connection may take to open, or a free one to come by. */
  readonly connectTimeoutMs?: number
  /** How long a write waits for another one before it throws `unavailable`. */
  readonly lockTimeoutMs?: number
  /** How long the server may take to answer a statement of ours, before its connection counts as lost: longer than the slowest look of an operator. */
  readonly answerTimeoutMs?: number
  /** How long user's work inside a settle may leave its transaction idle before the server undoes it. */
  readonly txIdleTimeoutMs?: number
  /** `false` behind a pooler that hands out connections per transaction (PgBouncer): wake-ups are then found by looking. */
  readonly listen?: boolean
  /** `false` behind a pooler that can not keep named statements (PgBouncer before 1.21). */
  readonly prepare?: boolean
  /** The largest payload plus metadata of one message, in bytes of JSON. */
  readonly maxMessageBytes?: number
  /** The storage's clock, for tests. Default: the server's. */
  readonly clock?: { now(): Instant }
  /** Told of every SQL statement before it runs: for counting and tracing. Must not throw. */
  readonly onStatement?: (sql: string) => void
}

/** The options with all defaults in place. */
export type Settings = Required<Omit<PostgresOptions, "onStatement" | "clock">> &
  Pick<PostgresOptions, "onStatement" | "clock">

const MAX_PARTITIONS = 1_024
const MAX_CONNECTIONS = 1_000
/** A day. */
export const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000
const MEBIBYTE = 1024 * 1024

/** Schema and prefix go into statements by name, so they are held to plain letters. The longest name made of them fits the server's 63. */
const SCHEMA = /^[a-z_][a-z0-9_]{0,40}$/
const PREFIX = /^(?:[a-z_][a-z0-9_]{0,30})?$/

/** Fills in defaults. Throws `invalid` for an option that can not be. */
export function settingsOf(options: PostgresOptions): Settings {
  const settings: Settings = {
    schema: options.schema ?? "millrace",
    prefix: options.prefix ?? "",
    partitions: options.partitions ?? DEFAULT_PARTITIONS,
    maxConnections: options.maxConnections ?? 10,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    lockTimeoutMs: options.lockTimeoutMs ?? 10_000,
    answerTimeoutMs: options.answerTimeoutMs ?? 60_000,
    txIdleTimeoutMs: options.txIdleTimeoutMs ?? 30_000,
    listen: options.listen ?? true,
    prepare: options.prepare ?? true,
    maxMessageBytes: options.maxMessageBytes ?? 16 * MEBIBYTE,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.onStatement === undefined ? {} : { onStatement: options.onStatement }),
  }
  if (!SCHEMA.test(settings.schema) || settings.schema.startsWith("pg_"))
    refuseOption("schema", "a small letter or _, then at most 40 small letters, digits and _ (and not pg_)")
  if (!PREFIX.test(settings.prefix))
    refuseOption("prefix", "empty, or a small letter or _, then at most 30 small letters, digits and _")
  checkWholeOption("partitions", settings.partitions, MAX_PARTITIONS)
  checkWholeOption("maxConnections", settings.maxConnections, MAX_CONNECTIONS)
  checkWholeOption("connectTimeoutMs", settings.connectTimeoutMs, MAX_TIMEOUT_MS)
  checkWholeOption("lockTimeoutMs", settings.lockTimeoutMs, MAX_TIMEOUT_MS)
  checkWholeOption("answerTimeoutMs", settings.answerTimeoutMs, MAX_TIMEOUT_MS)
  checkWholeOption("txIdleTimeoutMs", settings.txIdleTimeoutMs, MAX_TIMEOUT_MS)
  checkWholeOption("maxMessageBytes", settings.maxMessageBytes, 256 * MEBIBYTE)
  return settings
}
