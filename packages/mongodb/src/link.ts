import { BackendError } from "@millrace/core/backend"
import { type Db, MongoClient, type MongoClientOptions, ReadConcern } from "mongodb"

import { decoded } from "./decoded.ts"
import { isAway, isUnconnected, NoAnswer } from "./errors.ts"
import type { Settings } from "./options.ts"
import { withoutUrl } from "./without-url.ts"

/** What became of a question to the server. `again`: the client that it was put to is given up, and another one may do better at once. */
export type Asked<T> =
  | { readonly kind: "answered"; readonly answer: T }
  | { readonly kind: "failed"; readonly error: unknown; readonly again: boolean }

/**
 * The way to the server: a client of the driver's and, where that is our own, another one in its place when it does not come back by itself. A client may
 * not: where several of its connections end in one moment, as they do when a server is killed, its monitor may write to one that is just going, wait for that
 * for ever, and never again look for the server.
 */
export interface Link {
  /** The database, by the client of this moment: to be asked for anew for each question. */
  readonly db: Db
  /** Puts a question once. What the driver itself would never end is given up. */
  ask<T>(question: () => Promise<T>): Promise<Asked<T>>
  /** Ends it, but for a client that was given. */
  close(): Promise<void>
}

/** How long the driver looks for a server to talk to, and how long it takes at most to connect to one. */
const SELECTION_MS = 5_000
const CONNECT_MS = 5_000

/** Answers that one question may take: those of a cursor come in several parts, and a client of the user's may ask twice. */
const MOST_ANSWERS = 3

/** How long the end of a client is waited for. */
const CLOSE_MS = 5_000

interface Line {
  readonly client: MongoClient
  readonly db: Db
  /** Beyond this the driver has lost a question. */
  readonly lostAfterMs: number
  /** Questions under way. */
  asking: number
  hasAnswered: boolean
}

/** Opens nothing before the first question: the driver connects then. */
export function openLink(target: string | MongoClient, settings: Settings): Link {
  const own = typeof target === "string"
  const ending = new Set<Promise<unknown>>()
  let closed = false
  let line = lineOf(own ? connect(target, settings) : target, settings, own ? databaseIn(target) : undefined)

  const end = ({ client }: Line): void => {
    const ended = within(client.close(), CLOSE_MS)
      .catch(() => {})
      .finally(() => ending.delete(ended))
    ending.add(ended)
  }
  /** Whoever asked it goes on with another one; it ends with the last question under way, for a cursor whose client ends tells of no more. */
  const giveUp = (stuck: Line): void => {
    if (!own || closed || stuck !== line) return
    line = lineOf(connect(target, settings), settings, databaseIn(target))
  }
  return {
    get db() {
      return line.db
    },
    async ask(question) {
      const asked = line
      asked.asking += 1
      try {
        const answer = await within(question(), asked.lostAfterMs)
        asked.hasAnswered = true
        return { kind: "answered", answer }
      } catch (error) {
        const away = isAway(error)
        const gone = isUnconnected(error)
        if (away || gone || error instanceof NoAnswer) giveUp(asked)
        // One that had a server, and finds none, may be the one that is lost.
        return { kind: "failed", error, again: own && (gone || (away && asked.hasAnswered)) }
      } finally {
        asked.asking -= 1
        if (asked !== line && asked.asking === 0) end(asked)
      }
    },
    async close() {
      closed = true
      if (own) end(line)
      await Promise.all(ending)
    },
  }
}

function lineOf(client: MongoClient, settings: Settings, named: string | undefined): Line {
  const { serverSelectionTimeoutMS, connectTimeoutMS, socketTimeoutMS } = client.options
  const answerMs = socketTimeoutMS > 0 ? socketTimeoutMS : settings.answerMs
  return {
    client,
    db: databaseOf(client, settings.database ?? named ?? client.options.dbName),
    lostAfterMs: serverSelectionTimeoutMS + connectTimeoutMS + MOST_ANSWERS * answerMs,
    asking: 0,
    hasAnswered: false,
  }
}

/** Throws `invalid` for a name that can not be: the driver looks at it here for the first time where hosts are looked up (`mongodb+srv`). */
function databaseOf(client: MongoClient, name: string): Db {
  try {
    return client.db(name, {
      readConcern: readConcern(client),
      writeConcern: { w: "majority" },
      ignoreUndefined: true,
    })
  } catch (error) {
    const why = error instanceof Error ? ` (${error.message})` : ""
    throw new BackendError(
      "invalid",
      `MongoDB has no database of the name that the URL or client gives: correct it${why}`,
    )
  }
}

/** Rejects with `NoAnswer` when it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(ms)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function connect(url: string, settings: Settings): MongoClient {
  // The driver would take these before what the URL says.
  const inUrl = namesIn(url)
  const ours = Object.entries({
    serverSelectionTimeoutMS: Math.min(SELECTION_MS, settings.patienceMs),
    connectTimeoutMS: Math.min(CONNECT_MS, settings.patienceMs),
    // By itself the driver would wait for ever.
    socketTimeoutMS: settings.answerMs,
    // Whoever asks here asks again, for as long as the patience lasts and no longer.
    retryReads: false,
  }).filter(([name]) => !inUrl.has(name.toLowerCase()))
  const options: MongoClientOptions = {
    ...Object.fromEntries(ours),
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
