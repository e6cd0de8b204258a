import { checkWholeOption, DEFAULT_PARTITIONS, type Instant, refuseOption } from "@millrace/core/backend"

/** How a log in SQLite is kept. Everything has a default. */
export interface SqliteOptions {
  /** `FULL`: what was answered survives a power failure. `NORMAL`: it survives the process, and a power failure may take the last moments. */
  readonly synchronous?: "FULL" | "NORMAL"
  /** Partitions of a log that `migrate` creates. An existing log keeps its own. */
  readonly partitions?: number
  /** Begins the names of all tables: two logs in one database need two prefixes. */
  readonly tablePrefix?: string
  /** How long a write waits for other processes before it throws `unavailable`. */
  readonly busyTimeoutMs?: number
  /** How long user's work inside a settle may hold the database before it is undone. */
  readonly txDeadlineMs?: number
  /** The largest payload plus metadata of one message, in bytes of JSON. */
  readonly maxMessageBytes?: number
  /** The storage's clock. Default: the machine's. */
  readonly clock?: { now(): Instant }
  /** Told of every SQL statement before it runs: for counting and tracing. Must not throw. */
  readonly onStatement?: (sql: string) => void
}

/** The options with all defaults in place. */
export type Settings = Required<Omit<SqliteOptions, "onStatement">> & Pick<SqliteOptions, "onStatement">

/** The prefix of all tables unless told otherwise. Statements are written with it. */
export const DEFAULT_PREFIX = "millrace_"

const MAX_PARTITIONS = 1_024
const PREFIX = /^[a-z_][a-z0-9_]{0,30}$/i
const MEBIBYTE = 1024 * 1024

/** Fills in defaults. Throws `invalid` for an option that can not be. */
export function settingsOf(options: SqliteOptions): Settings {
  const settings: Settings = {
    synchronous: options.synchronous ?? "FULL",
    partitions: options.partitions ?? DEFAULT_PARTITIONS,
    tablePrefix: options.tablePrefix ?? DEFAULT_PREFIX,
    busyTimeoutMs: options.busyTimeoutMs ?? 10_000,
    txDeadlineMs: options.txDeadlineMs ?? 5_000,
    maxMessageBytes: options.maxMessageBytes ?? 16 * MEBIBYTE,
    clock: options.clock ?? Date,
    ...(options.onStatement === undefined ? {} : { onStatement: options.onStatement }),
  }
  if (settings.synchronous !== "FULL" && settings.synchronous !== "NORMAL")
    refuseOption("synchronous", '"FULL" or "NORMAL"')
  if (!PREFIX.test(settings.tablePrefix) || /^sqlite_/i.test(settings.tablePrefix)) {
    refuseOption("tablePrefix", "a letter or _, then at most 30 letters, digits and _ (and not sqlite_)")
  }
  checkWholeOption("partitions", settings.partitions, MAX_PARTITIONS)
  checkWholeOption("busyTimeoutMs", settings.busyTimeoutMs, Number.MAX_SAFE_INTEGER)
  checkWholeOption("txDeadlineMs", settings.txDeadlineMs, Number.MAX_SAFE_INTEGER)
  checkWholeOption("maxMessageBytes", settings.maxMessageBytes, 256 * MEBIBYTE)
  return settings
}
