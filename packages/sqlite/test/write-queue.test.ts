import { DatabaseSync } from "node:sqlite"

import { describe, expect, it, onTestFinished } from "vitest"

import { event, owner, request, spec, to } from "./build.ts"
import { backendOn, countOf, freshLog } from "./folder.ts"

/** A log whose statements are counted. */
async function counted() {
  const said: string[] = []
  const log = await freshLog({ onStatement: (sql) => void said.push(sql) })
  return { ...log, said, count: (sql: string) => said.filter((one) => one === sql).length }
}

describe("on sqlite", () => {
  it("appends that wait together share one commit, each with its own verdict [lesson 23]", async () => {
    const { backend, count } = await counted()
    const before = count("COMMIT")
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        backend.append([{ streams: [{ streamId: "a", expected: at === 7 ? 3 : "any", messages: [event("a")] }] }]),
      ),
    )
    expect(count("COMMIT") - before).toBe(1)
    const kinds = verdicts.flat().map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === "conflict")).toHaveLength(1)
    expect(kinds[7]).toBe("conflict")
    expect(await countOf(backend)).toBe(49)
  })

  it("appends, claims, settles and beats that wait together share one commit", async () => {
    const { backend, count } = await counted()
    await backend.ensureGroup(spec)
    await backend.append([to("a")])
    const slice = await backend.claim(request)
    if (slice.kind !== "slice" || slice.source !== "partition") throw new Error("expected a slice")
    const before = count("BEGIN IMMEDIATE")
    const [settled] = await Promise.all([
      backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] }),
      backend.append([to("b")]),
      backend.extend(slice.lease, 60_000),
      backend.heartbeat({ kind: "join", owner, facts: { host: "h", pid: 1 }, wants: [] }),
      backend.claim(request),
    ])
    expect(settled.kind).toBe("settled")
    expect(count("BEGIN IMMEDIATE") - before).toBe(1)
  })

  it("two appends fired in turn land in that order, whatever they wait for", async () => {
    const { backend } = await counted()
    await Promise.all(Array.from({ length: 30 }, (_, at) => backend.append([to("a", event("a", at))])))
    const { messages } = await backend.read({ from: "log", limit: 100 })
    expect(messages.map(({ payload }) => payload)).toEqual(Array.from({ length: 30 }, (_, at) => at))
  })

  it("a write that is refused leaves those beside it in the transaction alone", async () => {
    const { backend } = await counted()
    const results = await Promise.allSettled([
      backend.append([to("a")]),
      backend.operator.stopGroup("nobody", { reason: "x" }),
      backend.settle({ lease: { of: "partition", group: "nobody", partition: 0, token: 1 }, checkpoint: 0, parts: [] }),
      backend.append([to("b")]),
    ])
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"])
    expect(await countOf(backend)).toBe(2)
  })

  it("a write that fails in the storage fails alone: the others of its transaction are run again", async () => {
    const { backend, path } = await counted()
    const raw = new DatabaseSync(path)
    raw.exec(
      `CREATE TRIGGER trap BEFORE INSERT ON millrace_messages WHEN new.payload = '"bad"' BEGIN SELECT raise(ABORT, 'trapped'); END`,
    )
    raw.close()
    const results = await Promise.allSettled([
      backend.append([to("a")]),
      backend.append([to("b", event("b"), event("b", "bad"))]),
      backend.append([to("a")]),
    ])
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"])
    const { messages } = await backend.read({ from: "log", limit: 9 })
    expect(messages.map(({ streamId, position }) => [streamId, position])).toEqual([
      ["a", 1],
      ["a", 2],
    ])
    const [verdict] = await backend.append([to("b")])
    expect(verdict).toMatchObject({ kind: "appended", position: 3, streams: [{ streamId: "b", version: 1 }] })
  })

  it("a schedule accepted once is promoted, even where its size would be refused now", async () => {
    let now = 1_000
    const { backend, path } = await freshLog({ clock: { now: () => now } })
    await backend.append([{ streams: [], schedules: [{ message: event("s", "x".repeat(5_000)), at: 2_000 }] }])
    const strict = backendOn(path, { clock: { now: () => now }, maxMessageBytes: 1_000 })
    expect((await strict.append([to("s", event("s", "x".repeat(5_000)))]))[0]).toMatchObject({ code: "bad-data" })
    expect(await strict.promote(10)).toMatchObject({ promoted: 0, nextDue: 2_000 })
    now = 2_000
    expect(await strict.promote(10)).toMatchObject({ promoted: 1, nextDue: null })
    expect(await countOf(backend)).toBe(1)
  })

  it("a promotion that can not be stored keeps its schedules", async () => {
    let now = 1_000
    const { backend, path } = await freshLog({ clock: { now: () => now } })
    await backend.append([{ streams: [], schedules: [{ message: event("s", "bad"), at: 1_500 }] }])
    const raw = new DatabaseSync(path)
    onTestFinished(() => raw.close())
    raw.exec(`CREATE TRIGGER trap BEFORE INSERT ON millrace_messages BEGIN SELECT raise(ABORT, 'trapped'); END`)
    now = 2_000
    await expect(backend.promote(10)).rejects.toThrow("trapped")
    expect(await backend.operator.schedules({ limit: 9 })).toHaveLength(1)
    raw.exec("DROP TRIGGER trap")
    expect((await backend.promote(10)).promoted).toBe(1)
  })

  it("closing waits for what was asked before, and refuses what comes after", async () => {
    const { backend } = await counted()
    const appended = backend.append([to("a")])
    const closed = backend.close()
    await expect(backend.append([to("a")])).rejects.toMatchObject({ code: "closed" })
    expect((await appended)[0]?.kind).toBe("appended")
    await closed
  })
})
