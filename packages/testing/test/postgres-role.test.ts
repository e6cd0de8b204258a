import { deepEqual, equal, match, ok } from "node:assert/strict"
import { readFile } from "node:fs/promises"

import { BackendError, createApp, silentLogger } from "@millrace/core"
import { postgresBackend } from "@millrace/postgres"
import pg from "pg"
import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest"

import { startPostgres, type TestPostgres } from "../src/servers/start-postgres.ts"
import { assertCopied } from "./redis/assert-copied.ts"
import { copier } from "./redis/copier.ts"
import { noted } from "./redis/noted.ts"

const PAGE = new URL("../../../docs/backends/postgres.md", import.meta.url)

/** The statements of the page that make the roles. */
async function documentedRoles(): Promise<string> {
  const sql = /```sql\n(\s*CREATE ROLE[^`]+)```/.exec(await readFile(PAGE, "utf8"))?.[1]
  if (sql === undefined) throw new Error("the page makes no roles")
  return sql
}

describe("on postgres", () => {
  let server: TestPostgres | undefined
  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: "off" } })
    const admin = new pg.Client(server.url)
    await admin.connect()
    await admin.query(await documentedRoles())
    await admin.end()
  })
  afterAll(() => server?.stop())

  /** A backend of one of the documented roles. */
  const as = (role: string, password: string) => {
    const url = new URL(server?.url ?? "")
    url.username = role
    url.password = password
    const backend = postgresBackend(url.href)
    onTestFinished(() => backend.close())
    return backend
  }
  const refused = async (call: Promise<unknown>): Promise<BackendError> => {
    try {
      await call
    } catch (error) {
      if (error instanceof BackendError) return error
      throw error
    }
    throw new Error("it was not refused")
  }

  it("the documented role of an app can do everything that an app does, and change no structure", async () => {
    const app = as("shop_app", "app-secret")
    const tooEarly = await refused(app.migrate())
    equal(tooEarly.code, "read-only", tooEarly.message)
    match(tooEarly.message, /right/)
    ok((await as("shop_owner", "owner-secret").migrate()).steps.length > 0)

    const running = await createApp({ backend: app, reactors: [copier()], logger: silentLogger })
    onTestFinished(() => running.close())
    await running.start({ processName: "worker-1" })
    const notes = Array.from({ length: 20 }, (_, at) => noted(`source-${at % 4}`, at))
    for (const note of notes) await running.dispatch(note)
    await running.scheduleMessages([noted("later", 1)], { at: new Date(Date.now() + 60_000) })
    await running.drain()
    await assertCopied(
      app,
      notes.map(({ id }) => id),
    )
    await running.resetConsumerGroup("copier")
    await running.drain()
    await running.trim(20)
    equal((await running.stats()).messages, 20)
    await running.stop()

    deepEqual((await app.migrate()).steps, [])
    equal((await refused(app.operator.uninstall("millrace"))).code, "read-only")
    equal((await app.operator.stats()).messages, 20)
  })
})
