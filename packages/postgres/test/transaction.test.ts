import { describe, expect, it } from "vitest"

import { type PostgresTx, TxRefused } from "../src/index.ts"
import { claimPartition, claimSome, ensure, event, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** A log with one message each on some streams of one partition, claimed, and a table of the user's beside it. */
async function claimed(streams: readonly string[]) {
  const backend = await server.log({ partitions: 1 })
  await ensure(backend)
  await server.sql(`CREATE TABLE ${server.schema}.rows (name text PRIMARY KEY, n int NOT NULL)`)
  await backend.append(streams.map((stream) => to("any", event(stream))))
  const slice = await claimPartition(backend)
  const table = `${server.schema}.rows`
  const insert = (name: string) => async (tx: PostgresTx) => {
    await tx.query(`INSERT INTO ${table} VALUES ($1, 1)`, [name])
  }
  const rows = async () =>
    (await server.sql<{ name: string }>(`SELECT name FROM ${table} ORDER BY name`)).map(({ name }) => name)
  return { backend, slice, table, insert, rows, done: { lease: slice.lease, checkpoint: slice.scannedTo } }
}

describe("on postgres", () => {
  it("work in a settle commits with the progress and the messages of its part", async () => {
    const { backend, insert, rows, done } = await claimed(["a"])
    const effects = to("any", event("out", { type: "made" }))
    const settled = await backend.settle({ ...done, parts: [{ key: "a", from: 1, work: insert("a"), effects }] })
    expect(settled).toMatchObject({ kind: "settled", parts: [{ kind: "stored", position: 2 }] })
    expect([await rows(), await positionsOf(backend)]).toEqual([["a"], [1, 2]])
    expect(await claimSome(backend)).toBeUndefined()
  })

  it("work of a part that throws, conflicts or swallows an error is undone, that of others is stored", async () => {
    const { backend, insert, rows, done, table } = await claimed(["a", "b", "c", "d", "e"])
    await backend.append([to("any", event("taken", { type: "other" }))])
    const swallows = async (tx: PostgresTx): Promise<void> => {
      await insert("c")(tx)
      await tx.query(`INSERT INTO ${table} VALUES ('c', 'no number')`).catch(() => {})
    }
    const throws = async (tx: PostgresTx): Promise<void> => {
      await insert("b")(tx)
      throw new RangeError("not today")
    }
    const parts = [
      { key: "a", from: 1, work: insert("a") },
      { key: "b", from: 2, work: throws },
      { key: "c", from: 3, work: swallows },
      { key: "d", from: 4, work: insert("d"), effects: to("no-stream", event("taken")) },
      { key: "e", from: 5, work: insert("e"), effects: to("any", event("out", { type: "made" })) },
    ]
    const settled = await backend.settle({ ...done, parts })
    if (settled.kind !== "settled") throw new Error("it was fenced")
    expect(settled.parts.map(({ kind }) => kind)).toEqual([
      "stored",
      "work-failed",
      "work-failed",
      "conflict",
      "stored",
    ])
    expect(settled.parts[1]?.kind === "work-failed" && settled.parts[1].error instanceof RangeError).toBe(true)
    expect(settled.lanes.map(({ key }) => key)).toEqual(["b", "c", "d"])
    expect(await rows()).toEqual(["a", "e"])
  })

  it("what is checked at the end of a transaction is blamed on the part that broke it", async () => {
    const { backend, rows, done, table } = await claimed(["a", "b"])
    await server.sql(`CREATE TABLE ${server.schema}.parents (name text PRIMARY KEY)`)
    await server.sql(
      `ALTER TABLE ${table} ADD FOREIGN KEY (name) REFERENCES ${server.schema}.parents DEFERRABLE INITIALLY DEFERRED`,
    )
    await server.sql(`INSERT INTO ${server.schema}.parents VALUES ('a')`)
    const insert = (name: string) => async (tx: PostgresTx) =>
      void (await tx.query(`INSERT INTO ${table} VALUES ($1, 1)`, [name]))
    const parts = [
      { key: "a", from: 1, work: insert("a") },
      { key: "b", from: 2, work: insert("b") },
    ]
    const settled = await backend.settle({ ...done, parts })
    expect(settled).toMatchObject({ parts: [{ kind: "stored" }, { kind: "work-failed" }] })
    expect(await rows()).toEqual(["a"])
  })

  it("tx can not end, undo or divide the transaction, nor be used after its work", async () => {
    const { backend, rows, done, insert } = await claimed(["a"])
    let kept: PostgresTx | undefined
    const refused: unknown[] = []
    const work = async (tx: PostgresTx): Promise<void> => {
      kept = tx
      for (const text of ["COMMIT", "  rollback", "SELECT 1; /* x */ Commit", "savepoint a", "begin", "END"])
        await tx.query(text).catch((error: unknown) => refused.push(error))
      await tx.query("SELECT 'COMMIT', $$; ROLLBACK$$")
      await insert("a")(tx)
    }
    await backend.settle({ ...done, parts: [{ key: "a", from: 1, work }] })
    expect(refused).toHaveLength(6)
    expect(refused.every((error) => error instanceof TxRefused)).toBe(true)
    await expect(kept?.query("SELECT 1")).rejects.toThrow(TxRefused)
    expect(await rows()).toEqual(["a"])
  })

  it("settles that dead-lock among users' rows are run again, and count as nothing [lesson 27]", async () => {
    const backend = await server.log({ partitions: 2 })
    await ensure(backend, "one")
    await ensure(backend, "two")
    const table = `${server.schema}.rows`
    await server.sql(`CREATE TABLE ${table} (name text PRIMARY KEY, n int NOT NULL)`)
    await server.sql(`INSERT INTO ${table} VALUES ('x', 0), ('y', 0)`)
    await backend.append([to("any", event("a"))])
    const both = { count: 0, go: () => {}, ready: Promise.resolve() }
    both.ready = new Promise((resolve) => {
      both.go = resolve
    })
    const cross = (first: string, second: string) => async (tx: PostgresTx) => {
      await tx.query(`UPDATE ${table} SET n = n + 1 WHERE name = $1`, [first])
      both.count += 1
      if (both.count === 2) both.go()
      await both.ready
      await tx.query(`UPDATE ${table} SET n = n + 1 WHERE name = $1`, [second])
    }
    const settle = async (group: string, work: (tx: PostgresTx) => Promise<void>) => {
      const slice = await claimPartition(backend, { group })
      return backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [{ key: "a", from: 1, work }] })
    }
    const settled = await Promise.all([settle("one", cross("x", "y")), settle("two", cross("y", "x"))])
    expect(settled).toEqual(
      Array.from({ length: 2 }, () => ({
        kind: "settled",
        parts: [{ kind: "stored", position: 0, streams: [] }],
        lanes: [],
      })),
    )
    expect(both.count).toBeGreaterThan(2)
    expect(await server.sql(`SELECT name, n FROM ${table} ORDER BY name`)).toEqual([
      { name: "x", n: 2 },
      { name: "y", n: 2 },
    ])
  })

  it("slow work in a settle holds no append back", async () => {
    const { backend, done } = await claimed(["a"])
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const other = server.open()
    const work = async (tx: PostgresTx): Promise<void> => {
      await tx.query("SELECT 1")
      await finished
    }
    const effects = to("any", event("out", { type: "made" }))
    const settling = backend.settle({ ...done, parts: [{ key: "a", from: 1, work, effects }] })
    await other.append([to("any", event("b"))])
    finish()
    await settling
    expect((await backend.read({ from: "log", limit: 9 })).messages.map(({ streamId }) => streamId)).toEqual([
      "a",
      "b",
      "out",
    ])
  })
})
