import { DatabaseSync } from "node:sqlite"

import type { Slice, SettlePart } from "@millrace/core/backend"
import { describe, expect, it, onTestFinished } from "vitest"

import type { SqliteOptions, SqliteTx } from "../src/index.ts"
import { event, partWith, request, spec, to } from "./build.ts"
import { countOf, freshLog } from "./folder.ts"

/** A log with a table of the user's and a claimed slice of the streams `a` and `b`. */
async function claimed(options?: SqliteOptions) {
  const { path, backend } = await freshLog({ partitions: 1, ...options })
  const raw = new DatabaseSync(path)
  onTestFinished(() => raw.close())
  raw.exec("CREATE TABLE totals (name TEXT PRIMARY KEY, sum INTEGER) STRICT")
  await backend.ensureGroup(spec)
  await backend.append([to("a"), to("b")])
  const slice = await backend.claim(request)
  if (slice.kind !== "slice" || slice.source !== "partition") throw new Error("expected a slice")
  const settle = (...parts: readonly SettlePart<SqliteTx>[]) =>
    backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts })
  const totals = () =>
    raw
      .prepare("SELECT name, sum FROM totals ORDER BY name")
      .all()
      .map((row) => `${String(row["name"])} ${String(row["sum"])}`)
  return { backend, raw, slice, settle, totals }
}

const adding = (name: string, sum: number) => async (tx: SqliteTx) => {
  tx.prepare("INSERT INTO totals VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sum = sum + excluded.sum").run(
    name,
    sum,
  )
}

/** What user's work of one part throws. */
async function thrownBy(work: (tx: SqliteTx) => void | Promise<void>, options?: SqliteOptions): Promise<unknown> {
  const { slice, settle } = await claimed(options)
  const settled = await settle(partWith(slice, "a", async (tx) => work(tx)))
  if (settled.kind !== "settled") throw new Error("expected the settle to be accepted")
  const [part] = settled.parts
  return part?.kind === "work-failed" ? part.error : undefined
}

describe("on sqlite", () => {
  it("work in a settle writes the user's own tables, stored with the group's progress [S20.b S22.a S27.b]", async () => {
    const { backend, slice, settle, totals } = await claimed()
    const work = adding("a", 3)
    const part = { ...partWith(slice, "a", work), effects: to("out") }
    expect(await settle(part, partWith(slice, "b", adding("b", 4)))).toMatchObject({
      kind: "settled",
      parts: [{ kind: "stored" }, { kind: "stored" }],
    })
    expect(totals()).toEqual(["a 3", "b 4"])
    expect(await countOf(backend)).toBe(3)
    expect((await backend.claim(request)).kind).toBe("slice")
  })

  it("work that throws undoes its own part's tables and effects, and no other's [S22.b]", async () => {
    const { backend, slice, settle, totals } = await claimed()
    const failing = async (tx: SqliteTx): Promise<void> => {
      await adding("a", 3)(tx)
      throw new Error("boom")
    }
    const settled = await settle(
      { ...partWith(slice, "a", failing), effects: to("out") },
      partWith(slice, "b", adding("b", 4)),
    )
    expect(settled).toMatchObject({ parts: [{ kind: "work-failed" }, { kind: "stored" }], lanes: [{ key: "a" }] })
    expect([totals(), await countOf(backend)]).toEqual([["b 4"], 2])
  })

  it("work whose effects conflict is undone with them", async () => {
    const { slice, settle, totals } = await claimed()
    const effects = { streams: [{ streamId: "out", expected: 7, messages: [event("out")] }] }
    expect(await settle({ ...partWith(slice, "a", adding("a", 1)), effects })).toMatchObject({
      parts: [{ kind: "conflict" }],
    })
    expect(totals()).toEqual([])
  })

  it("a settle that is fenced runs no work", async () => {
    const { backend, slice, settle, totals } = await claimed()
    await backend.operator.stopGroup("g", { reason: "maintenance" })
    expect(await settle(partWith(slice, "a", adding("a", 1)))).toEqual({ kind: "fenced" })
    expect(totals()).toEqual([])
  })

  it("a settle repeated does not run its work again [lesson 29]", async () => {
    const { slice, settle, totals } = await claimed()
    const part = partWith(slice, "a", adding("a", 1))
    expect(await settle(part)).toEqual(await settle(part))
    expect(totals()).toEqual(["a 1"])
  })

  it("tx refuses to end, begin or leave the transaction, however it is written", async () => {
    const texts = [
      "COMMIT",
      "  end;",
      "-- a note\nRollback",
      "/* x */ BEGIN",
      "SELECT 1; COMMIT",
      "SAVEPOINT x",
      "release x",
      "ATTACH 'x.db' AS x",
      "PRAGMA journal_mode = DELETE",
      "VACUUM",
      "INSERT OR ROLLBACK INTO totals VALUES ('x', 1)",
      ";;COMMIT",
      "CREATE TRIGGER t AFTER INSERT ON totals BEGIN SELECT 1; END; COMMIT",
    ]
    const refused: string[] = []
    const refuses = (call: () => void): boolean => {
      try {
        call()
        return false
      } catch (error) {
        return error instanceof Error && "code" in error && error.code === "tx-refused"
      }
    }
    const error = await thrownBy((tx) => {
      for (const sql of texts) if (refuses(() => tx.exec(sql)) && refuses(() => void tx.prepare(sql))) refused.push(sql)
    })
    expect([error, refused]).toEqual([undefined, texts])
  })

  it("tx takes words that only look like transaction control", async () => {
    const sql = `INSERT INTO totals VALUES ('COMMIT; ROLLBACK', 1); SELECT "sum" AS [begin] FROM totals -- COMMIT
      ; CREATE TRIGGER t AFTER INSERT ON totals BEGIN UPDATE totals SET sum = CASE WHEN sum > 0 THEN 2 ELSE 3 END; END`
    expect(await thrownBy((tx) => tx.exec(sql))).toBeUndefined()
  })

  it("tx is of no use after its work has ended, nor are its statements", async () => {
    const kept: { tx?: SqliteTx; insert?: ReturnType<SqliteTx["prepare"]> } = {}
    await thrownBy((tx) => {
      kept.tx = tx
      kept.insert = tx.prepare("INSERT INTO totals VALUES ('late', 1)")
    })
    expect(() => kept.tx?.exec("SELECT 1")).toThrow("over")
    expect(() => kept.tx?.prepare("SELECT 1")).toThrow("over")
    expect(() => kept.insert?.run()).toThrow("over")
  })

  it("work that holds the database past txDeadlineMs is undone, and the next write goes on", async () => {
    const { backend, slice, settle, totals } = await claimed({ txDeadlineMs: 30 })
    let late = (): void => {}
    const waiting = new Promise<void>((resolve) => (late = resolve))
    const settled = settle(
      partWith(slice, "a", async (tx) => {
        await adding("a", 1)(tx)
        await waiting
        tx.exec("INSERT INTO totals VALUES ('too late', 1)")
      }),
    )
    const appended = backend.append([to("c")])
    expect(await settled).toMatchObject({ parts: [{ kind: "work-failed", error: { code: "tx-deadline" } }] })
    expect((await appended)[0]?.kind).toBe("appended")
    late()
    await new Promise((resolve) => setImmediate(resolve))
    expect(totals()).toEqual([])
  })

  it("reads see nothing of a settle while its work runs, and everything else of this process waits behind it", async () => {
    const { backend, slice, settle } = await claimed()
    const order: string[] = []
    const settled = settle({
      ...partWith(slice, "a", async (tx) => {
        await adding("a", 1)(tx)
        void backend.append([to("c")]).then(() => order.push("append"))
        order.push(`${await countOf(backend)} messages seen`)
      }),
      effects: to("out"),
    }).then(() => order.push("settle"))
    await settled
    await backend.append([to("d")])
    expect(order).toEqual(["2 messages seen", "settle", "append"])
  })

  it("in memory, where there is one connection, reads wait for the settle instead of seeing into it", async () => {
    const { sqliteBackend } = await import("../src/index.ts")
    const backend = sqliteBackend("sqlite::memory:", { partitions: 1 })
    onTestFinished(() => backend.close())
    await backend.migrate()
    await backend.ensureGroup(spec)
    await backend.append([to("a")])
    const slice: Slice | { readonly kind: "idle" } = await backend.claim(request)
    if (slice.kind !== "slice" || slice.source !== "partition") throw new Error("expected a slice")
    const seen: Promise<number>[] = []
    const part = {
      ...partWith(slice, "a", async (tx) => {
        tx.exec("CREATE TABLE mine (x)")
        seen.push(countOf(backend))
        await new Promise((resolve) => setImmediate(resolve))
      }),
      effects: to("out"),
    }
    await backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [part] })
    expect(await Promise.all(seen)).toEqual([2])
  })
})
