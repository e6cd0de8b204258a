import { BackendError } from "@millrace/core/backend"
import { type Collection, type Document, type Filter, MongoClient, type MongoClientOptions, ReadConcern } from "mongodb"

import type { CommitDocument } from "./commit-document.ts"
import { decoded } from "./decoded.ts"
import { isPassing, isUnconnected, toBackendError } from "./errors.ts"
import type { GroupDocument } from "./group-document.ts"
import type { Settings } from "./options.ts"
import type {
  KeyedStored,
  LogDocument,
  ProcessDocument,
  ScheduleStored,
  StreamDocument,
  TypeDocument,
} from "./stored.ts"
import { withoutUrl } from "./without-url.ts"

/** The collections of a log. */
export interface Collections {
  readonly commits: Collection<CommitDocument>
  readonly groups: Collection<GroupDocument>
  readonly documents: Collection<KeyedStored>
  readonly schedules: Collection<ScheduleStored>
  /** One document each for the log itself, and for every process, stream end and type count. */
  readonly logs: Collection<LogDocument>
  readonly processes: Collection<ProcessDocument>
  readonly streams: Collection<StreamDocument>
  readonly types: Collection<TypeDocument>
}

/** A connection to the database of a log. */
export interface Database extends Collections {
  /** Names the log in messages of errors. */
  readonly where: string
  /** The log's name, for `uninstall`. */
  readonly name: string
  readonly prefix: string
  /** Which commits hold some positions, by `_id`: remembered from reading. */
  readonly starts: Map<number, number>
  /** A command to the server, and its answer. */
  command(command: Document): Promise<Document>
  /** Asks; asks again while the server does not answer and patience lasts. */
  read<T>(ask: () => Promise<T>): Promise<T>
  /**
   * Writes; writes *the very same* again while no answer comes and patience lasts, then throws `outcome-unknown`. So only for writes that
   * may be done twice: with a chosen `_id`, or a filter that holds once.
   */
  write<T>(ask: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** How long to wait before asking again; doubled each time. */
const AGAIN_MS = 10
const MAX_AGAIN_MS = 500

/** How long the driver looks for a server to talk to, and how long it takes at most to connect to one. */
const SELECTION_MS = 5_000
const CONNECT_MS = 5_000

/** Opens nothing before the first call: the driver connects then. */
export function openDatabase(target: string | MongoClient, settings: Settings): Database {
  const own = typeof target === "string"
  const client = own ? connect(target, settings) : target
  const name = settings.database ?? (own ? databaseIn(target) : client.options.dbName)
  const db = client.db(name, {
    readConcern: readConcern(client),
    writeConcern: { w: "majority" },
    ignoreUndefined: true,
  })
  const { prefix } = settings
  const log = prefix === DEFAULT_PREFIX ? name : `${name}.${prefix}`
  const where = `the log ${log}`
  let closed = false
  const insist = async <T>(ask: () => Promise<T>, doubt: "read" | "write"): Promise<T> => {
    const end = performance.now() + settings.patienceMs
    // Once a try has lost its answer, no later one can say that nothing was written.
    let inDoubt = false
    for (let wait = AGAIN_MS; ; wait = Math.min(wait * 2, MAX_AGAIN_MS)) {
      try {
        return await ask()
      } catch (error) {
        inDoubt ||= doubt === "write" && isPassing(error)
        const isGone = own && isUnconnected(error)
        const givesUp = closed || !(isPassing(error) || isGone) || performance.now() > end
        const failure = givesUp ? error : isGone ? await failureOf(client.connect()) : undefined
        if (failure !== undefined) throw toBackendError(failure, where, inDoubt ? "write" : "read")
      }
      await pause(wait)
    }
  }
  return {
    where,
    name: log,
    prefix,
    starts: new Map(),
    commits: db.collection(`${prefix}commits`),
    groups: db.collection(`${prefix}groups`),
    documents: db.collection(`${prefix}documents`),
    schedules: db.collection(`${prefix}schedules`),
    logs: db.collection(`${prefix}log`),
    processes: db.collection(`${prefix}processes`),
    streams: db.collection(`${prefix}streams`),
    types: db.collection(`${prefix}types`),
    command: (command) => insist(() => db.command(command), "read"),
    read: (ask) => insist(ask, "read"),
    write: (ask) => insist(ask, "write"),
    async close() {
      closed = true
      if (own) await client.close()
    },
  }
}

export const DEFAULT_PREFIX = "millrace_"

/** Documents with a numeric `_id`: the chain. */
export function inChain(bounds: { readonly from: number; readonly to?: number }): Filter<CommitDocument> {
  return { _id: { $gte: bounds.from, $lte: bounds.to ?? Number.MAX_SAFE_INTEGER } }
}

/**
 * Whoever asks for a range of positions says which index leads to them: on a short log some servers would rather read all of it. With the index
 * named, a range costs less than a list of its positions (a thousand positions in 16 commits: 3.6 ms instead of 7).
 */
export const BY_POSITION = { _id: 1 } as const
/** The index of what may be there once. */
export const BY_KEY = { keys: 1 } as const

function connect(url: string, settings: Settings): MongoClient {
  // The driver would take these before what the URL says.
  const inUrl = namesIn(url)
  const timeouts = Object.entries({
    serverSelectionTimeoutMS: Math.min(SELECTION_MS, settings.patienceMs),
    connectTimeoutMS: Math.min(CONNECT_MS, settings.patienceMs),
    // By itself the driver would wait for ever.
    socketTimeoutMS: settings.answerMs,
  }).filter(([name]) => !inUrl.has(name.toLowerCase()))
  const options: MongoClientOptions = {
    ...Object.fromEntries(timeouts),
    ...(settings.onCommand === undefined ? {} : { monitorCommands: true }),
  }
  try {
    const client = new MongoClient(url, options)
    client.on("commandStarted", ({ commandName }) => settings.onCommand?.(commandName))
    return client
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    const said = withoutUrl(text, url)
    const why = said === "" ? "" : ` (${said})`
    throw new BackendError("invalid", `the URL of MongoDB can not be connected to: correct it${why}`)
  }
}

/** The names of the options in a URL, in small letters. */
function namesIn(url: string): ReadonlySet<string> {
  const query = url.split("?").slice(1).join("?")
  return new Set(query.split("&").map((pair) => pair.split("=")[0]?.toLowerCase() ?? ""))
}

function databaseIn(url: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1]
  return path === undefined ? "millrace" : decoded(path, "database")
}

/** What a majority has, unless whoever made the client says otherwise. */
function readConcern(client: MongoClient): ReadConcern {
  return client.options.readConcern ?? new ReadConcern("majority")
}

/** What something fails with, if it does. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return undefined
  } catch (error) {
    return error
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
