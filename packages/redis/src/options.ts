import { checkWholeOption, DEFAULT_PARTITIONS, type Instant, refuseOption } from "@millrace/core/backend"

/** How a log in Redis is kept. Everything has a default. */
export interface RedisOptions {
  /** The log's name: all its keys begin with `{prefix}:`, which puts them into one slot of a cluster. */
  readonly prefix?: string
  /** Whether the URL names a node of a cluster. */
  readonly cluster?: boolean
  /** Partitions of a log that `migrate` creates. An existing log keeps its own. */
  readonly partitions?: number
  /** How long a connection may take to open, and a call may wait for one that broke. */
  readonly connectTimeoutMs?: number
  /** How long a call may wait for its answer before its outcome counts as unknown. */
  readonly commandTimeoutMs?: number
  /** The largest payload plus metadata of one message, in bytes of JSON. */
  readonly maxMessageBytes?: number
  /** The storage's clock, for tests. Default: the server's. */
  readonly clock?: { now(): Instant }
  /** Told of every call to the server before it is made, by script or command: for counting and tracing. Must not throw. */
  readonly onCall?: (name: string) => void
}

/** The options with all defaults in place. */
export type Settings = Required<Omit<RedisOptions, "onCall" | "clock">> & Pick<RedisOptions, "onCall" | "clock">

/** The log's name where none is given. */
export const DEFAULT_PREFIX = "millrace"

const MAX_PARTITIONS = 1_024
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000
const MEBIBYTE = 1024 * 1024

/** No braces, which would end the hash tag, and nothing that a pattern of `SCAN` gives a meaning. */
const PREFIX = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,59}$/

/** Fills in defaults. Throws `invalid` for an option that can not be. */
export function settingsOf(options: RedisOptions): Settings {
  const settings: Settings = {
    prefix: options.prefix ?? DEFAULT_PREFIX,
    cluster: options.cluster ?? false,
    partitions: options.partitions ?? DEFAULT_PARTITIONS,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    commandTimeoutMs: options.commandTimeoutMs ?? 30_000,
    maxMessageBytes: options.maxMessageBytes ?? 16 * MEBIBYTE,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.onCall === undefined ? {} : { onCall: options.onCall }),
  }
  if (!PREFIX.test(settings.prefix))
    refuseOption("prefix", "a letter, digit or _, then at most 59 letters, digits and _ . : -")
  checkWholeOption("partitions", settings.partitions, MAX_PARTITIONS)
  checkWholeOption("connectTimeoutMs", settings.connectTimeoutMs, MAX_TIMEOUT_MS)
  checkWholeOption("commandTimeoutMs", settings.commandTimeoutMs, MAX_TIMEOUT_MS)
  checkWholeOption("maxMessageBytes", settings.maxMessageBytes, 256 * MEBIBYTE)
  return settings
}
