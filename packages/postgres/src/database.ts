import { BackendError } from "@millrace/core/backend"
import { Client, type ClientConfig, Pool, type PoolClient, type PoolConfig, type QueryArrayConfig } from "pg"

import {
  asAnswered,
  closedError,
  type Doubt,
  isBroken,
  isWrongIsolation,
  toBackendError,
  toConnectError,
} from "./errors.ts"
import type { Names } from "./names.ts"
import { MAX_TIMEOUT_MS, type Settings } from "./options.ts"
import { type Compiled, compilerOf, type Statement } from "./statement.ts"

/** A value of a statement. Lists are written by `list.ts`. */
export type Value = string | number | boolean | null | Buffer

/** A row: columns as the text that the server sends. */
export type Row = readonly (string | null)[]

/** A connection that statements of the log run on. */
export interface Connection {
  rows(statement: Statement, ...values: readonly Value[]): Promise<readonly Row[]>
  /** How many rows a write changed. */
  count(statement: Statement, ...values: readonly Value[]): Promise<number>
}

/** A transaction. Everything in it is undone when its callback throws. */
export interface Transaction extends Connection {
  readonly client: PoolClient
  /** Runs statements without values or answers, such as savepoints. */
  run(text: string): Promise<void>
  /** The same, for those that may take as long as the log is large. */
  runLong(text: string): Promise<void>
}

/** The server, as the backend uses it. Errors come as `BackendError`s, but for bad data and victims of dead-locks, which their callers judge. */
export interface Database {
  readonly where: string
  /** Reads: whatever breaks, nothing is in doubt. */
  readonly read: Connection
  /** Writes of one statement each, which is its own transaction. */
  readonly write: Connection
  /** The same on one connection, sent one upon the other without waiting for answers: they run in the order of the calls. A server whose default is another isolation refuses them (see `isWrongIsolation`). */
  readonly line: Connection
  /** Several statements, READ COMMITTED. Its commit may be in doubt, what comes before never is. */
  transaction<T>(run: (transaction: Transaction) => Promise<T>): Promise<T>
  /** A connection of its own, outside the pool. */
  single(): Client
  close(): Promise<void>
}

/** Text as it comes: numbers, instants and JSON are parsed where they are used. */
const AS_TEXT = { getTypeParser: () => (value: unknown) => value }

export function openDatabase(target: string | Pool, settings: Settings, names: Names): Database {
  const compile = compilerOf(names, settings.prepare)
  const where = `log ${names.log}`
  const config = configOf(target, settings)
  const pool = typeof target === "string" ? new Pool(config) : target
  // An idle connection that breaks is dropped by the pool; without a listener the process would end with it.
  const ignore = (): void => {}
  pool.on("error", ignore)
  // The same for one that is lost before anybody has it: what lets a connection in and what ends it may arrive together.
  const guard = (client: PoolClient): void => void client.on("error", ignore)
  pool.on("connect", guard)
  let closed = false

  const connect = async (from = pool): Promise<PoolClient> => {
    if (closed) throw closedError()
    try {
      const client = await from.connect()
      client.on("error", ignore)
      return client
    } catch (error) {
      throw closed ? closedError() : toConnectError(error, where)
    }
  }
  const release = (client: PoolClient, error?: unknown): void => {
    client.off("error", ignore)
    client.release(error !== undefined && isBroken(error) ? true : undefined)
  }
  const once = async (doubt: Doubt, statement: Statement, values: readonly Value[]) => {
    const client = await connect()
    try {
      const result = await query(client, compile(statement), values, settings)
      release(client)
      return result
    } catch (error) {
      release(client, error)
      throw passable(error) ? error : toBackendError(error, where, doubt)
    }
  }
  const connection = (run: typeof once, doubt: Doubt): Connection => ({
    rows: async (statement, ...values) => (await run(doubt, statement, values)).rows,
    count: async (statement, ...values) => (await run(doubt, statement, values)).rowCount ?? 0,
  })
  // A server whose default is another isolation gets every write in a transaction that names ours.
  let named = false
  const isolated: typeof once = async (doubt, statement, values) => {
    if (!named) {
      try {
        return await once(doubt, statement, values)
      } catch (error) {
        if (!isWrongIsolation(error)) throw error
        named = true
      }
    }
    return database.transaction(({ client }) => query(client, compile(statement), values, settings))
  }
  const linePool = new Pool({ ...config, max: 1, allowExitOnIdle: true, ...PIPELINED })
  linePool.on("error", ignore)
  linePool.on("connect", guard)
  const lined = lineOf(() => connect(linePool), release)
  const inLine: typeof once = async (doubt, statement, values) => {
    try {
      return await lined((client) => query(client, compile(statement), values, settings))
    } catch (error) {
      throw passable(error) ? error : toBackendError(error, where, doubt)
    }
  }
  const database: Database = {
    where,
    read: connection(once, "read"),
    write: connection(isolated, "write"),
    line: connection(inLine, "write"),
    async transaction(run) {
      const client = await connect()
      const on: Transaction = {
        client,
        run: (text) => plain(client, text, settings),
        runLong: (text) => plain(client, text, { ...settings, answerTimeoutMs: MAX_TIMEOUT_MS }),
        rows: async (statement, ...values) => (await query(client, compile(statement), values, settings)).rows,
        count: async (statement, ...values) =>
          (await query(client, compile(statement), values, settings)).rowCount ?? 0,
      }
      let committing = false
      try {
        await plain(client, begin(settings), settings)
        const result = await run(on)
        committing = true
        await plain(client, "COMMIT", settings)
        release(client)
        return result
      } catch (error) {
        await undo(client, error, settings, release)
        throw passable(error) ? error : toBackendError(error, where, committing ? "write" : "read")
      }
    },
    single() {
      if (closed) throw closedError()
      return new Client(config)
    },
    async close() {
      if (closed) return
      closed = true
      await linePool.end()
      // Pools of ours keep their listeners: a connection may still break while it closes.
      if (typeof target === "string") await pool.end()
      else pool.off("error", ignore).off("connect", guard)
    },
  }
  return database
}

/** What `pg` takes besides what its types say: a connection's statements are sent at once, not each when the one before is answered. */
const PIPELINED: { readonly pipeline: true } = { pipeline: true }

/** Shares one connection among all who use it at a time: taken with the first, given back after the last. */
function lineOf(connect: () => Promise<PoolClient>, release: (client: PoolClient, error?: unknown) => void) {
  let held: { readonly client: Promise<PoolClient>; users: number; broken?: unknown } | undefined
  return async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    held ??= { client: connect(), users: 0 }
    const own = held
    own.users += 1
    let client: PoolClient | undefined
    try {
      client = await own.client
      return await work(client)
    } catch (error) {
      if (client === undefined || isBroken(error)) {
        own.broken = error
        if (held === own) held = undefined
      }
      throw error
    } finally {
      own.users -= 1
      if (own.users === 0) {
        if (held === own) held = undefined
        if (client !== undefined) release(client, own.broken)
      }
    }
  }
}

/** What the callers judge themselves. */
function passable(error: unknown): boolean {
  return !(error instanceof BackendError) && !isBroken(error)
}

/** The isolation is named, whatever the server's default; no wait and no pause is endless. */
function begin(settings: Settings): string {
  return `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${settings.lockTimeoutMs}; SET LOCAL idle_in_transaction_session_timeout = ${settings.txIdleTimeoutMs}`
}

async function undo(
  client: PoolClient,
  error: unknown,
  settings: Settings,
  release: (client: PoolClient, error?: unknown) => void,
) {
  if (isBroken(error)) return release(client, error)
  try {
    const rollback: Timed = { text: "ROLLBACK", query_timeout: settings.answerTimeoutMs }
    await client.query(rollback)
    release(client)
  } catch (broken) {
    release(client, asAnswered(broken))
  }
}

/** What `pg` takes besides what its types say: how long to wait for the answer. Then the connection counts as broken. */
interface Timed {
  readonly text: string
  readonly query_timeout: number
}

async function plain(client: PoolClient, text: string, settings: Settings): Promise<void> {
  settings.onStatement?.(text)
  const config: Timed = { text, query_timeout: settings.answerTimeoutMs }
  try {
    await client.query(config)
  } catch (error) {
    throw asAnswered(error)
  }
}

async function query(client: PoolClient, { text, name }: Compiled, values: readonly Value[], settings: Settings) {
  settings.onStatement?.(text)
  const config: QueryArrayConfig & Timed = {
    text,
    values: [...values],
    rowMode: "array",
    types: AS_TEXT,
    query_timeout: settings.answerTimeoutMs,
    ...(name === undefined ? {} : { name }),
  }
  try {
    return await client.query<(string | null)[]>(config)
  } catch (error) {
    throw asAnswered(error)
  }
}

/** When a connection that says nothing is first asked whether the other end is there. */
const KEEP_ALIVE_MS = 10_000

function configOf(target: string | Pool, settings: Settings): PoolConfig & ClientConfig {
  const keep = { keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS, application_name: "millrace" }
  if (typeof target !== "string") return { ...target.options, ...keep }
  // Behind a # all would be left out, and what stands before it, a part of a password perhaps, be taken for the host.
  if (target.includes("#")) throw new BackendError("invalid", "the URL of Postgres has a #: write it as %23")
  return {
    ...keep,
    connectionString: target,
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    // A process whose work is done may end while connections are idle.
    allowExitOnIdle: true,
  }
}
