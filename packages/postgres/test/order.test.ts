import { setTimeout } from "node:timers/promises"

import type { Backend } from "@millrace/core/backend"
import pg from "pg"
import { describe, expect, it } from "vitest"

import type { PostgresTx } from "../src/index.ts"
import { claimSome, ensure, event, kinds, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests({ max_connections: "150" })

/** Has every transaction that stored messages pause before its commit: its positions are given out, and nobody sees them yet. */
async function pauseBeforeCommits(): Promise<void> {
  await server.sql(`
    CREATE FUNCTION ${server.schema}.linger() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON ${server.schema}.messages DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION ${server.schema}.linger()`)
}

/** Reads the next positions behind one. */
type ReadAfter = (position: number) => Promise<readonly number[]>

/** Follows the head as a reader does, and keeps what it saw, in the order it saw it. */
async function follow(readAfter: ReadAfter, until: () => boolean): Promise<readonly number[]> {
  const seen: number[] = []
  for (;;) {
    const last = until()
    const positions = await readAfter(seen.at(-1) ?? 0)
    seen.push(...positions)
    if (last && positions.length === 0) return seen
  }
}

function readingLog(backend: Backend<PostgresTx>): ReadAfter {
  return async (after) => {
    const { messages } = await backend.read({ from: "log", after, limit: 50 })
    return messages.map(({ position }) => position)
  }
}

describe("on postgres", () => {
  it("a reader that follows the head never passes a position that appears later, while 16 writers pause inside their transactions, before and after they have their positions [lesson 23 lesson 25]", async () => {
    const backend = await server.log()
    await ensure(backend)
    const streams = Array.from({ length: 64 }, (_, at) => `s-${at}`)
    await backend.append(streams.map((stream) => to("no-stream", event(stream))))
    await pauseBeforeCommits()
    let running = 16
    const reading = follow(readingLog(server.open()), () => running === 0)
    const writer = async (at: number): Promise<number> => {
      const own = server.open({ maxConnections: 2 })
      const owner = { processName: `writer-${at}`, bootId: `boot-${at}` }
      let made = 0
      for (let turn = 0; turn < 3; turn += 1) {
        await own.append([to("any", event(`direct-${at}`, { type: "direct" }))])
        made += 1
        const slice = await claimSome(own, { owner, limit: 1 })
        if (slice?.source !== "partition") continue
        const key = slice.messages[0]?.message.streamId ?? ""
        const work = async (tx: PostgresTx): Promise<void> => {
          await tx.query("SELECT pg_sleep($1)", [Math.random() * 0.05])
          await setTimeout(Math.random() * 20)
        }
        const effects = to("any", event(`out-${at}`, { type: "made" }))
        const parts = [{ key, from: slice.messages[0]?.message.position ?? 1, work, effects }]
        const settled = await own.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts })
        expect(settled.kind).toBe("settled")
        made += 1
      }
      return made
    }
    const made = await Promise.all(Array.from({ length: 16 }, (_, at) => writer(at).finally(() => (running -= 1))))
    const seen = await reading
    expect(seen).toEqual(await positionsOf(backend))
    expect(seen).toHaveLength(streams.length + made.reduce((sum, one) => sum + one, 0))
  })

  it("the same reader does pass positions that appear later where a sequence gives them out: the proof can fail", async () => {
    await server.sql(`CREATE SCHEMA ${server.schema}; CREATE TABLE ${server.schema}.messages (position bigserial)`)
    await pauseBeforeCommits()
    const table = `${server.schema}.messages`
    const pool = new pg.Pool({ connectionString: server.url, max: 17 })
    try {
      const positions = async (sql: string, values: readonly unknown[] = []): Promise<readonly number[]> => {
        const { rows } = await pool.query<{ position: string }>(sql, [...values])
        return rows.map(({ position }) => Number(position))
      }
      let running = 16
      const reading = follow(
        (after) => positions(`SELECT position FROM ${table} WHERE position > $1 ORDER BY position`, [after]),
        () => running === 0,
      )
      const write = async (): Promise<void> => {
        for (let turn = 0; turn < 6; turn += 1) await pool.query(`INSERT INTO ${table} DEFAULT VALUES`)
      }
      await Promise.all(Array.from({ length: 16 }, () => write().finally(() => (running -= 1))))
      const stored = await positions(`SELECT position FROM ${table} ORDER BY position`)
      expect(stored).toHaveLength(96)
      expect((await reading).length).toBeLessThan(stored.length)
    } finally {
      await pool.end()
    }
  })

  it("parallel appends that all report success are all there, once, without gaps [lesson 23]", async () => {
    const backend = await server.log()
    const writers = Array.from({ length: 8 }, () => server.open({ maxConnections: 2 }))
    const verdicts = await Promise.all(
      writers.flatMap((writer, at) =>
        Array.from({ length: 25 }, (_, turn) =>
          writer.append([to("any", event(turn % 2 === 0 ? "shared" : `own-${at}`))]),
        ),
      ),
    )
    expect(new Set(verdicts.flatMap(kinds))).toEqual(new Set(["appended"]))
    expect(await positionsOf(backend)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1))
    const { messages } = await backend.read({ from: "streams", streams: [{ streamId: "shared" }], limit: 1_000 })
    expect(messages.map(({ version }) => version)).toEqual(Array.from({ length: 104 }, (_, at) => at + 1))
  })

  it("of two first appends at once one is stored, and only the loser conflicts [lesson 24]", async () => {
    await server.log()
    const writers = Array.from({ length: 10 }, () => server.open({ maxConnections: 1 }))
    const verdicts = await Promise.all(
      writers.map((writer) => writer.append([to("no-stream", event("a")), to("any", event("b"))])),
    )
    expect(verdicts.filter(([first]) => first?.kind === "appended")).toHaveLength(1)
    expect(verdicts.filter(([first]) => first?.kind === "conflict")).toHaveLength(9)
    expect(new Set(verdicts.map(([, second]) => second?.kind))).toEqual(new Set(["appended"]))
  })

  it("appends of a contended stream all get their verdict, however often others were first", async () => {
    const backend = await server.log()
    const writers = Array.from({ length: 6 }, () => server.open({ maxConnections: 1 }))
    const countUp = async (writer: Backend<PostgresTx>): Promise<void> => {
      let version = 0
      for (let stored = 0; stored < 8;) {
        const [verdict] = await writer.append([to(version, event("counter"))])
        if (verdict?.kind === "appended") {
          stored += 1
          version += 1
        } else if (verdict?.kind === "conflict") version = verdict.actualVersion
        else throw new Error(verdict?.kind ?? "no verdict")
      }
    }
    await Promise.all(writers.map(countUp))
    const { messages } = await backend.read({ from: "streams", streams: [{ streamId: "counter" }], limit: 100 })
    expect(messages.map(({ version }) => version)).toEqual(Array.from({ length: 48 }, (_, at) => at + 1))
  })

  it("one call with appends to several streams, in turn and with expectations, tells each its own version", async () => {
    const backend = await server.log()
    await backend.append([to("any", event("b"), event("b"), event("b"))])
    const verdicts = await backend.append([
      to("any", event("a")),
      to("any", event("b")),
      to("any", event("a", { type: "other" }), event("a")),
      { streams: [...to("any", event("c")).streams, ...to(4, event("b")).streams, ...to("any", event("a")).streams] },
      { streams: [{ streamId: "b", expected: 5, messages: [] }, ...to(0, event("d")).streams] },
    ])
    const reached = verdicts.map((verdict) =>
      verdict.kind === "appended" ? verdict.streams.map(({ streamId, version }) => `${streamId}${version}`) : verdict,
    )
    expect(reached).toEqual([["a1"], ["b4"], ["a3"], ["c1", "b5", "a4"], ["b5", "d1"]])
    const { messages } = await backend.read({ from: "log", after: 3, limit: 100 })
    expect(
      messages.map((message) => (message.kind === "event" ? `${message.streamId}${message.version}` : "")),
    ).toEqual(["a1", "b4", "a2", "a3", "c1", "b5", "a4", "d1"])
  })

  it("a message whose id waits in a schedule is a duplicate, alone and among others", async () => {
    const backend = await server.log()
    const waiting = event("later")
    await backend.append([{ streams: [], schedules: [{ message: waiting, at: Date.now() + 60_000 }] }])
    expect(kinds(await backend.append([to("any", waiting)]))).toEqual(["duplicate"])
    const known = to("any", event("a"))
    expect(kinds(await backend.append([known, to("any", waiting)]))).toEqual(["appended", "duplicate"])
    expect(await positionsOf(backend)).toEqual([1])
    expect(kinds(await backend.append([known, to("any", event("b"))]))).toEqual(["duplicate", "appended"])
  })

  it("a server whose default isolation is another one changes nothing: verdicts, not errors", async () => {
    const backend = await server.log()
    await server.sql("ALTER ROLE postgres SET default_transaction_isolation = 'repeatable read'")
    try {
      const writers = Array.from({ length: 6 }, () => server.open({ maxConnections: 2 }))
      await Promise.all(writers.map((writer) => writer.append([to("any", event("warm"))])))
      const verdicts = await Promise.all(
        writers.map((writer) => writer.append([to("no-stream", event("a")), to("any", event("b"))])),
      )
      expect(verdicts.filter(([first]) => first?.kind === "appended")).toHaveLength(1)
      expect(await positionsOf(backend)).toHaveLength(13)
    } finally {
      await server.sql("ALTER ROLE postgres RESET default_transaction_isolation")
    }
  })

  it("a beat that meets the taking of its name waits for it, and is fenced [L4.b]", async () => {
    const backend = await server.log()
    const beat = (kind: "join" | "beat", bootId: string) =>
      backend.heartbeat({ kind, owner: { processName: "p", bootId }, facts: { host: "h", pid: 1 }, wants: [] })
    expect(await beat("join", "first")).toEqual({ kind: "ok" })
    expect(await beat("beat", "first")).toEqual({ kind: "ok" })
    const taker = new pg.Client(server.url)
    await taker.connect()
    try {
      await taker.query(`BEGIN; UPDATE ${server.schema}.processes SET boot = 'second' WHERE name = 'p'`)
      const answer = beat("beat", "first")
      await expect
        .poll(() =>
          server.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'millrace' AND wait_event_type = 'Lock'"),
        )
        .toHaveLength(1)
      await taker.query("COMMIT")
      expect(await answer).toEqual({ kind: "fenced", bootId: "second" })
    } finally {
      await taker.end()
    }
  })

  it("a group is claimed by many at once, each partition by one of them [lesson 27]", async () => {
    const backend = await server.log()
    await ensure(backend)
    const streams = Array.from({ length: 200 }, (_, at) => `s-${at}`)
    await backend.append(streams.map((stream) => to("any", event(stream))))
    const handled: number[] = []
    const work = async (at: number): Promise<void> => {
      const own = server.open({ maxConnections: 2 })
      for (;;) {
        const slice = await claimSome(own, { owner: { processName: `p-${at}`, bootId: `b-${at}` }, limit: 5 })
        if (slice === undefined) return
        handled.push(...slice.messages.map(({ message }) => message.position))
        if (slice.source !== "partition") continue
        const settled = await own.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] })
        expect(settled.kind).toBe("settled")
      }
    }
    await Promise.all(Array.from({ length: 6 }, (_, at) => work(at)))
    while ((await claimSome(backend)) !== undefined) expect.fail("something was left behind")
    expect(handled.toSorted((a, b) => a - b)).toEqual(await positionsOf(backend))
  })
})
