import { randomUUID } from "node:crypto"

import type { Append, Backend, Message, Owner, Slice, Verdict } from "@millrace/core/backend"
import pg from "pg"
import { afterAll, afterEach, beforeAll } from "vitest"

import { startPostgres, type TestPostgres } from "../../testing/src/servers/start-postgres.ts"
import { postgresBackend, type PostgresOptions, type PostgresTx } from "../src/index.ts"

/** A server for the tests of a file, with a schema of its own for each test. */
export interface Server {
  readonly url: string
  readonly schema: string
  restart(): Promise<void>
  /** Where its data is. Throws for a server that is not ours to harm. */
  folder(): Promise<string>
  /** A backend object on this test's log, closed after the test. */
  open(options?: PostgresOptions): Backend<PostgresTx>
  /** The same, migrated. */
  log(options?: PostgresOptions): Promise<Backend<PostgresTx>>
  /** Runs SQL beside Millrace. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>
}

export function serverForTests(settings: Readonly<Record<string, string>> = {}): Server {
  let server: TestPostgres | undefined
  let pool: pg.Pool | undefined
  let schema = newSchema()
  const opened: Backend<PostgresTx>[] = []
  const started = (): TestPostgres => {
    if (server === undefined) throw new Error("the server is not started yet")
    return server
  }
  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: "off", ...settings } })
    pool = new pg.Pool({ connectionString: server.url, max: 2 })
    pool.on("error", () => {})
  })
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close()
    schema = newSchema()
  })
  afterAll(async () => {
    await pool?.end()
    await server?.stop()
  })
  return {
    get url() {
      return started().url
    },
    get schema() {
      return schema
    },
    restart: () => started().restart(),
    async folder() {
      if (!started().own) throw new Error("this test harms its server: unset MILLRACE_TEST_POSTGRES_URL for it")
      const [row] = await this.sql<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
      return row?.folder ?? ""
    },
    open(options = {}) {
      const backend = postgresBackend(started().url, { schema, maxConnections: 4, ...options })
      opened.push(backend)
      return backend
    },
    async log(options) {
      const backend = this.open(options)
      await backend.migrate()
      return backend
    },
    async sql<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
      const result = await pool?.query<Row>(text, [...values])
      return result?.rows ?? []
    },
  }
}

function newSchema(): string {
  return `test_${randomUUID().replaceAll("-", "_")}`
}

export function event(
  streamId: string,
  options: { readonly id?: string; readonly type?: string; readonly payload?: Message["payload"] } = {},
): Message {
  const id = options.id ?? randomUUID()
  const { type = "noted", payload = {} } = options
  const createdAt = "2026-01-01T00:00:00.000Z"
  return { id, kind: "event", type, streamId, payload, metadata: {}, causationId: id, correlationId: id, createdAt }
}

/** An append of some messages to their one stream. */
export function to(expected: Append["streams"][number]["expected"], ...messages: readonly Message[]): Append {
  return { streams: [{ streamId: messages[0]?.streamId ?? "none", expected, messages }] }
}

export function kinds(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map(({ kind }) => kind)
}

export const OWNER: Owner = { processName: "worker", bootId: "boot-1" }

export async function ensure(
  backend: Backend<PostgresTx>,
  group = "g",
  types: readonly string[] = ["noted"],
): Promise<void> {
  await backend.ensureGroup({
    group,
    order: "stream",
    start: { at: "beginning" },
    types,
    owner: OWNER,
    maxLanes: 1_000,
  })
}

export async function claimSome(
  backend: Backend<PostgresTx>,
  { group = "g", limit = 100, owner = OWNER, leaseMs = 30_000 } = {},
): Promise<Slice | undefined> {
  const found = await backend.claim({ owner, groups: [{ group, types: ["noted"], limit }], leaseMs })
  return found.kind === "idle" ? undefined : found
}

/** A claim that has to find a partition's slice. */
export async function claimPartition(
  backend: Backend<PostgresTx>,
  options: Parameters<typeof claimSome>[1] = {},
): Promise<Extract<Slice, { source: "partition" }>> {
  const slice = await claimSome(backend, options)
  if (slice?.source !== "partition") throw new Error("a partition should have been claimable")
  return slice
}

/** The positions of the whole log. */
export async function positionsOf(backend: Backend<PostgresTx>): Promise<readonly number[]> {
  const { messages } = await backend.read({ from: "log", limit: 10_000 })
  return messages.map(({ position }) => position)
}

/** The code that a call is refused with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code)
    throw error
  }
  return "it succeeded"
}
