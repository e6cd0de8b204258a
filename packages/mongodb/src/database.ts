import type { Collection, Db, Document, Filter, MongoClient } from "mongodb"

import type { CommitDocument } from "./commit-document.ts"
import { isPassing, toBackendError } from "./errors.ts"
import type { GroupDocument } from "./group-document.ts"
import { openLink } from "./link.ts"
import type { Settings } from "./options.ts"
import type {
  KeyedStored,
  LogDocument,
  ProcessDocument,
  ScheduleStored,
  StreamDocument,
  TypeDocument,
} from "./stored.ts"

/** The collections of a log, by the client of this moment: to be taken anew for each question. */
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
  /** Asks, and does not ask again. */
  once<T>(ask: () => Promise<T>): Promise<T>
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

/** Opens nothing before the first call: the driver connects then. */
export function openDatabase(target: string | MongoClient, settings: Settings): Database {
  const link = openLink(target, settings)
  const { prefix } = settings
  const name = link.db.databaseName
  const log = prefix === DEFAULT_PREFIX ? name : `${name}.${prefix}`
  const where = `the log ${log}`
  let closed = false
  let known: { readonly db: Db; readonly collections: Collections } | undefined
  const collections = (): Collections => {
    const { db } = link
    if (known?.db !== db) known = { db, collections: collectionsIn(db, prefix) }
    return known.collections
  }
  const insist = async <T>(question: () => Promise<T>, doubt: "read" | "write"): Promise<T> => {
    const end = performance.now() + settings.patienceMs
    // Once a try has lost its answer, no later one can say that nothing was written.
    let inDoubt = false
    for (let wait = AGAIN_MS; ; wait = Math.min(wait * 2, MAX_AGAIN_MS)) {
      const asked = await link.ask(question)
      if (asked.kind === "answered") return asked.answer
      const { error, again } = asked
      inDoubt ||= doubt === "write" && isPassing(error)
      const givesUp = closed || !(again || isPassing(error)) || performance.now() > end
      if (givesUp) throw toBackendError(error, where, inDoubt ? "write" : "read")
      await pause(wait)
    }
  }
  return {
    where,
    name: log,
    prefix,
    starts: new Map(),
    get commits() {
      return collections().commits
    },
    get groups() {
      return collections().groups
    },
    get documents() {
      return collections().documents
    },
    get schedules() {
      return collections().schedules
    },
    get logs() {
      return collections().logs
    },
    get processes() {
      return collections().processes
    },
    get streams() {
      return collections().streams
    },
    get types() {
      return collections().types
    },
    command: (command) => insist(() => link.db.command(command), "read"),
    async once(question) {
      const asked = await link.ask(question)
      if (asked.kind === "answered") return asked.answer
      throw toBackendError(asked.error, where, "read")
    },
    read: (question) => insist(question, "read"),
    write: (question) => insist(question, "write"),
    async close() {
      closed = true
      await link.close()
    },
  }
}

function collectionsIn(db: Db, prefix: string): Collections {
  return {
    commits: db.collection(`${prefix}commits`),
    groups: db.collection(`${prefix}groups`),
    documents: db.collection(`${prefix}documents`),
    schedules: db.collection(`${prefix}schedules`),
    logs: db.collection(`${prefix}log`),
    processes: db.collection(`${prefix}processes`),
    streams: db.collection(`${prefix}streams`),
    types: db.collection(`${prefix}types`),
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
/**
 * The indexes of what is not carried over yet, and of what is due. Commits are few and large: where nothing is known of them yet, DocumentDB takes it for cheaper to
 * look at all of them.
 */
export const BY_OPEN = { open: 1 } as const
export const BY_DUE = { waits: 1, at: 1 } as const
/** The indexes of the types of a commit's messages, and of the conversations they belong to. */
export const BY_TYPE = { types: 1 } as const
export const BY_CONVERSATION = { conversations: 1 } as const

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
