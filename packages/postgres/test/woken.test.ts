import pg from "pg"
import { describe, expect, it, vi } from "vitest"

import { claimPartition, claimSome, ensure, event, OWNER, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** A backend that tells its statements, and whether one of them was so named. */
async function watched() {
  const statements: string[] = []
  const backend = await server.log({ onStatement: (sql) => void statements.push(sql) })
  statements.length = 0
  return { backend, statements, count: (name: string) => statements.filter((sql) => sql.includes(name)).length }
}

describe("on postgres", () => {
  it("a wake-up leaves with a lone append, and others hear it once that is stored", async () => {
    const { backend, count } = await watched()
    const heard: string[] = []
    const other = server.open()
    await other.listen((wake) => void heard.push(JSON.stringify(wake)))
    const writer = new pg.Client(server.url)
    await writer.connect()
    try {
      await writer.query("BEGIN")
      await writer.query(`SELECT head FROM ${server.schema}.log FOR UPDATE`)
      const append = backend.append([to("any", event("s-1"))])
      await vi.waitFor(() => expect(count("pg_notify")).toBe(1))
      expect(count("append_one")).toBe(1)
      expect(heard).toEqual([])
      await writer.query("COMMIT")
      expect((await append).map(({ kind }) => kind)).toEqual(["appended"])
      await vi.waitFor(() => expect(heard).toContain(JSON.stringify({ kind: "messages", types: ["noted"] })))
      expect((await other.read({ from: "log", limit: 10 })).head).toBe(1)
    } finally {
      await writer.end()
    }
  })

  it("its own listeners hear of a lone append too, once it is stored and not when it is refused", async () => {
    const { backend } = await watched()
    const heard: string[] = []
    await backend.listen((wake) => void heard.push(JSON.stringify(wake)))
    expect((await backend.append([to(7, event("s-1", { type: "refused" }))])).map(({ kind }) => kind)).toEqual([
      "conflict",
    ])
    expect((await backend.append([to("any", event("s-1"))])).map(({ kind }) => kind)).toEqual(["appended"])
    await vi.waitFor(() => expect(heard).toEqual([JSON.stringify({ kind: "messages", types: ["noted"] })]))
  })

  it("a claim after one that found nothing takes the neediest in one statement, and the next looks", async () => {
    const { backend, statements } = await watched()
    await ensure(backend)
    expect(await claimSome(backend)).toBeUndefined()
    await backend.append([to("any", event("s-1")), to("any", event("s-2")), to("any", event("s-1"))])
    statements.length = 0
    const first = await claimPartition(backend, { limit: 1 })
    expect(statements.filter((sql) => !sql.includes("pg_notify"))).toHaveLength(1)
    expect(first.messages.map(({ message }) => message.position)).toEqual([1])
    expect([first.from, first.scannedTo]).toEqual([0, 1])
    const second = await claimPartition(backend)
    expect(second.messages.map(({ message }) => message.position)).toEqual([2])
    expect(second.scannedTo).toBe(3)
    for (const { lease, scannedTo } of [first, second])
      expect(await backend.settle({ lease, checkpoint: scannedTo, parts: [] })).toMatchObject({ kind: "settled" })
    const third = await claimPartition(backend)
    expect(third.messages.map(({ message }) => message.position)).toEqual([3])
    expect([third.from, third.scannedTo]).toEqual([1, 3])
  })

  it("what is not plain to take is found by the same statement and taken by another: a lease that is over, a type that the process lacks", async () => {
    const clock = { at: 1_000_000, now: () => clock.at }
    const backend = await server.log({ clock })
    await ensure(backend, "g", ["noted", "moved"])
    await backend.append([to("any", event("s-1"))])
    const lost = await claimPartition(backend, { leaseMs: 10 })
    expect(await claimSome(backend)).toBeUndefined()
    clock.at += 1_000
    const taken = await backend.claim({
      owner: { processName: "other", bootId: "boot-2" },
      groups: [{ group: "g", types: ["noted", "moved"], limit: 10 }],
      leaseMs: 10,
    })
    expect(taken).toMatchObject({ kind: "slice", takeovers: 1, lease: { partition: lost.lease.partition } })
    await backend.append([to("any", event("s-2", { type: "moved" }))])
    const lacking = { owner: OWNER, groups: [{ group: "g", types: ["noted"], limit: 10 }], leaseMs: 10 }
    for (let time = 0; time < 2; time += 1)
      expect(await backend.claim(lacking)).toMatchObject({ kind: "idle", outdated: [{ group: "g", type: "moved" }] })
  })

  it("a claim that was woken for a group nobody ensured is refused, whatever waits for the others", async () => {
    const { backend } = await watched()
    await ensure(backend)
    expect(await claimSome(backend)).toBeUndefined()
    await backend.append([to("any", event("s-1"))])
    const groups = ["g", "nobody"].map((group) => ({ group, types: ["noted"], limit: 10 }))
    await expect(backend.claim({ owner: OWNER, groups, leaseMs: 1_000 })).rejects.toMatchObject({ code: "not-found" })
  })
})
