import { BackendError, type Wake } from "@millrace/core/backend"
import pg from "pg"
import { describe, expect, it } from "vitest"

import { postgresBackend, type PostgresTx } from "../src/index.ts"
import { claimPartition, codeOf, ensure, event, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** Ends every session of this test's backends but our own. */
async function terminateAll(): Promise<void> {
  await server.sql(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace' AND pid <> pg_backend_pid()",
  )
}

/** Repeats a call as long as it meets connections that were cut off: those of the pool that were idle may be found out only now. */
async function again<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof BackendError)) throw error
      if (error.code !== "unavailable" && error.code !== "outcome-unknown") throw error
    }
  }
}

/** Waits until a session of a backend waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  await expect
    .poll(async () =>
      server.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'millrace' AND wait_event_type = 'Lock'"),
    )
    .not.toEqual([])
}

/** Holds the log's lock, as a writer that pauses does, while `run` runs. */
async function whileLocked(run: () => Promise<void>): Promise<void> {
  const holder = new pg.Client(server.url)
  await holder.connect()
  try {
    await holder.query("BEGIN")
    await holder.query(`SELECT ${server.schema}.take_lock(1000)`)
    await run()
  } finally {
    await holder.end()
  }
}

describe("on postgres", () => {
  it("an append whose connection is cut off says that its outcome is unknown, and its repetition is stored once [lesson 29]", async () => {
    const backend = await server.log()
    const append = to("no-stream", event("a"))
    await whileLocked(async () => {
      const cut = codeOf(backend.append([append]))
      await untilSomebodyWaits()
      await terminateAll()
      expect(await cut).toBe("outcome-unknown")
    })
    const [verdict] = await again(() => backend.append([append]))
    expect(verdict?.kind).toBe("appended")
    expect((await backend.append([append]))[0]).toMatchObject({ kind: "duplicate", of: { position: 1 } })
    expect(await positionsOf(backend)).toEqual([1])
  })

  it("a settle whose connection is cut off is repeated safely: stored once, answered the same", async () => {
    const backend = await server.log({ partitions: 1 })
    await ensure(backend)
    await backend.append([to("any", event("a"))])
    const slice = await claimPartition(backend)
    const effects = to("any", event("out", { type: "made" }))
    const settlement = { lease: slice.lease, checkpoint: slice.scannedTo, parts: [{ key: "a", from: 1, effects }] }
    await whileLocked(async () => {
      const cut = codeOf(backend.settle(settlement))
      await untilSomebodyWaits()
      await terminateAll()
      expect(await cut).toBe("outcome-unknown")
    })
    const first = await again(() => backend.settle(settlement))
    expect(first).toMatchObject({ kind: "settled", parts: [{ kind: "stored", position: 2 }] })
    // Whether more waits is told once.
    expect({ ...(await backend.settle(settlement)), more: undefined }).toEqual({ ...first, more: undefined })
    expect(await positionsOf(backend)).toEqual([1, 2])
  })

  it("a settle that is cut off in the middle of its work leaves nothing behind, and is unavailable rather than unknown", async () => {
    const backend = await server.log({ partitions: 1 })
    await ensure(backend)
    await server.sql(`CREATE TABLE ${server.schema}.rows (name text)`)
    await backend.append([to("any", event("a"))])
    const slice = await claimPartition(backend)
    let cuts = 1
    const work = async (tx: PostgresTx): Promise<void> => {
      await tx.query(`INSERT INTO ${server.schema}.rows VALUES ('a')`)
      if (cuts > 0) await terminateAll()
      cuts -= 1
      await tx.query("SELECT 1")
    }
    const settlement = { lease: slice.lease, checkpoint: slice.scannedTo, parts: [{ key: "a", from: 1, work }] }
    expect(await codeOf(backend.settle(settlement))).toBe("unavailable")
    expect(await server.sql(`SELECT * FROM ${server.schema}.rows`)).toEqual([])
    const repeated = await again(() => backend.settle(settlement))
    expect(repeated).toMatchObject({ kind: "settled", parts: [{ kind: "stored" }] })
    expect(await server.sql(`SELECT * FROM ${server.schema}.rows`)).toHaveLength(1)
  })

  it("idle connections that are cut off end no process, and the next call opens others [lesson 45]", async () => {
    const backend = await server.log()
    await backend.append([to("any", event("a"))])
    await terminateAll()
    expect(await again(() => positionsOf(backend))).toEqual([1])
  })

  it("a listener that is cut off comes back, and says that it may have missed something", async () => {
    const backend = await server.log()
    const other = server.open()
    const heard: Wake["kind"][] = []
    await backend.listen(({ kind }) => heard.push(kind))
    await terminateAll()
    await expect.poll(() => heard, { timeout: 10_000 }).toContain("reconnected")
    await expect
      .poll(async () => {
        await other.append([to("any", event("a"))]).catch(() => undefined)
        return heard
      })
      .toContain("messages")
  })

  it("a backend that does not listen finds messages, schedules and challenges by looking, and goes on after it was cut off", async () => {
    const backend = await server.log({ listen: false })
    const other = server.open()
    expect(backend.capabilities.wake).toBe("poll")
    const join = (who: typeof backend, bootId: string) =>
      who.heartbeat({ kind: "join", owner: { processName: "p", bootId }, facts: { host: "h", pid: 1 }, wants: [] })
    const heard = new Set<string>()
    const listening = await backend.listen(({ kind }) => heard.add(kind))
    await join(backend, "boot-1")
    expect([...heard]).toEqual([])
    const message = event("a")
    await other.append([to("any", message)])
    await expect.poll(() => [...heard]).toEqual(["messages"])
    await other.append([{ streams: [], schedules: [{ message: event("b"), at: 4_000_000_000_000 }] }])
    await expect.poll(() => [...heard]).toContain("schedule")
    await terminateAll()
    expect((await again(() => join(other, "boot-2"))).kind).toBe("held")
    await expect.poll(() => [...heard]).toContain("challenge")
    await listening.close()
  })

  it("a server that restarts loses nothing that was answered, and is used again when it is back", async () => {
    const backend = await server.log()
    const answered: number[] = []
    let stop = false
    const writing = (async () => {
      for (let at = 0; !stop; at += 1) {
        const append = to("any", event(`s-${at % 5}`))
        const [verdict] = await again(() => backend.append([append]))
        if (verdict?.kind === "appended") answered.push(verdict.position)
        else if (verdict?.kind === "duplicate") answered.push(verdict.of.position)
      }
    })()
    await expect.poll(() => answered.length).toBeGreaterThan(20)
    await server.restart()
    const before = answered.length
    await expect.poll(() => answered.length, { timeout: 10_000 }).toBeGreaterThan(before + 20)
    stop = true
    await writing
    expect(await positionsOf(backend)).toEqual(answered)
  })

  it("a worker that pauses between lock and commit stops writers until the server ends its transaction, and no longer [lesson 46]", async () => {
    const backend = await server.log({ partitions: 1 })
    const paused = new pg.Client(server.url)
    paused.on("error", () => {})
    await paused.connect()
    await paused.query("BEGIN")
    await paused.query("SELECT set_config('idle_in_transaction_session_timeout', '900', true)")
    await paused.query(`SELECT ${server.schema}.take_lock(1000)`)
    const [verdict] = await backend.append([to("any", event("a"))])
    expect(verdict?.kind).toBe("appended")
    await expect(paused.query("SELECT 1")).rejects.toThrow(/terminat|not queryable/i)
    await paused.end().catch(() => {})
  })

  it("a pool of the user's is used and never closed", async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 3 })
    try {
      const backend = postgresBackend(pool, { schema: server.schema })
      await backend.migrate()
      await backend.listen(() => {})
      await backend.append([to("any", event("a"))])
      await backend.close()
      expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }])
      expect(await codeOf(backend.append([]))).toBe("closed")
    } finally {
      await pool.end()
    }
  })

  it("a server that can not be reached, a database that is not there and a wrong password each say so", async () => {
    const at = (url: string) => codeOf(postgresBackend(url, { connectTimeoutMs: 500 }).read({ from: "log", limit: 1 }))
    expect(await at("postgres://postgres@127.0.0.1:1/postgres")).toBe("unavailable")
    expect(await at(server.url.replace(/postgres$/, "nowhere"))).toBe("invalid")
    expect(await at(server.url.replace("postgres@", "nobody_here@"))).toBe("invalid")
  })
})
