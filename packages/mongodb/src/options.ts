import { checkWholeOption, DEFAULT_PARTITIONS, type Instant, refuseOption } from "@millrace/core/backend"

/** How a log in MongoDB is kept. Everything has a default. */
export interface MongodbOptions {
  /** The database. Default: the one that the URL or the client names, else `millrace`. */
  readonly database?: string
  /** Begins the names of all collections: two logs in one database need two prefixes. */
  readonly prefix?: string
  /** Partitions of a log that `migrate` creates. An existing log keeps its own. */
  readonly partitions?: number
  /** How long a call goes on asking a server that does not answer, before it throws. */
  readonly patienceMs?: number
  /** How long one answer of the server is waited for: shorter than the patience, so that it is asked again. Then the connection is given up, and the call asks again. `socketTimeoutMS` in the URL says otherwise. A client of yours keeps its own time; this only bounds what it would wait for for ever. */
  readonly answerMs?: number
  /** The longest pause between two looks for what other processes wrote, while nothing happens. Below a second, for whoever wants this process's name waits no longer for its answer. */
  readonly idlePollMs?: number
  /** The largest payload plus metadata of one message, in bytes of JSON. */
  readonly maxMessageBytes?: number
  /** The storage's clock, for tests. Default: the server's. */
  readonly clock?: { now(): Instant }
  /** Told the name of every command before it is sent: for counting and tracing. Must not throw. Meaningless with a client of yours. */
  readonly onCommand?: (command: string) => void
}

/** The options with all defaults in place. */
export type Settings = Required<Omit<MongodbOptions, "database" | "onCommand" | "clock">> &
  Pick<MongodbOptions, "database" | "onCommand" | "clock">

const MAX_PARTITIONS = 1_024
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000
const MEBIBYTE = 1024 * 1024

/** A document may take 16 MiB, of which its envelope needs a little. */
const MAX_MESSAGE_BYTES = 15 * MEBIBYTE

/** Names of collections and databases are held to what every server takes. */
const PREFIX = /^(?:[a-z_][a-z0-9_]{0,40})?$/
const DATABASE = /^[A-Za-z0-9_-]{1,60}$/

/** Fills in defaults. Throws `invalid` for an option that can not be. */
export function settingsOf(options: MongodbOptions): Settings {
  const settings: Settings = {
    prefix: options.prefix ?? "millrace_",
    partitions: options.partitions ?? DEFAULT_PARTITIONS,
    patienceMs: options.patienceMs ?? 10_000,
    answerMs: options.answerMs ?? 8_000,
    idlePollMs: options.idlePollMs ?? 850,
    maxMessageBytes: options.maxMessageBytes ?? 8 * MEBIBYTE,
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.onCommand === undefined ? {} : { onCommand: options.onCommand }),
  }
  if (!PREFIX.test(settings.prefix))
    refuseOption("prefix", "empty, or a small letter or _, then at most 40 small letters, digits and _")
  if (settings.database !== undefined && !DATABASE.test(settings.database))
    refuseOption("database", "1 to 60 letters, digits, _ and -")
  checkWholeOption("partitions", settings.partitions, MAX_PARTITIONS)
  checkWholeOption("patienceMs", settings.patienceMs, MAX_TIMEOUT_MS)
  checkWholeOption("answerMs", settings.answerMs, MAX_TIMEOUT_MS)
  checkWholeOption("idlePollMs", settings.idlePollMs, MAX_TIMEOUT_MS)
  checkWholeOption("maxMessageBytes", settings.maxMessageBytes, MAX_MESSAGE_BYTES)
  return settings
}
