import { describe, expect, it } from "vitest"

import { postgresBackend } from "../src/index.ts"
import { refuseOldServer } from "../src/migrate.ts"
import { codeOf, event, kinds, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

describe("on postgres", () => {
  it("a server in read-only mode is read from, and refuses writes as read-only", async () => {
    const backend = await server.log()
    await backend.append([to("any", event("a"))])
    const url = `${server.url}?options=${encodeURIComponent("-c default_transaction_read_only=on")}`
    const replica = postgresBackend(url, { schema: server.schema })
    try {
      expect(await positionsOf(replica)).toEqual([1])
      expect(await codeOf(replica.append([to("any", event("a"))]))).toBe("read-only")
    } finally {
      await replica.close()
    }
  })

  it("a role without rights is told which it lacks", async () => {
    await server.log()
    const role = `role_${server.schema.slice(-12)}`
    await server.sql(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${server.schema} TO ${role}`)
    await server.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA ${server.schema} TO ${role}`)
    const limited = postgresBackend(server.url.replace("postgres@", `${role}@`), { schema: server.schema })
    try {
      expect(await positionsOf(limited)).toEqual([])
      await expect(limited.append([to("any", event("a"))])).rejects.toThrow(/grant/)
    } finally {
      await limited.close()
    }
  })

  it("a role that may not make the schema is told so by migrate, and may once the schema was made for it", async () => {
    const role = `role_${server.schema.slice(-12)}`
    await server.sql(`CREATE ROLE ${role} LOGIN`)
    const limited = postgresBackend(server.url.replace("postgres@", `${role}@`), { schema: server.schema })
    try {
      await expect(limited.migrate()).rejects.toThrow(/for migrate CREATE on the database.*permission denied/)
      await server.sql(`CREATE SCHEMA ${server.schema} AUTHORIZATION ${role}`)
      await limited.migrate()
      expect(kinds(await limited.append([to("any", event("a"))]))).toEqual(["appended"])
    } finally {
      await limited.close()
    }
  })

  it("a server before 13 is refused by its version number, as any server tells it", async () => {
    expect(() => refuseOldServer(120_022, "12.22")).toThrow(
      "the server runs Postgres 12.22: Millrace needs 13 or newer",
    )
    expect(() => refuseOldServer(90_624, "9.6.24")).toThrow(/needs 13/)
    refuseOldServer(130_000, "13.0")
    const [row] = await server.sql<{ number: string }>("SELECT current_setting('server_version_num') AS number")
    refuseOldServer(Number(row?.number), "of these tests")
  })

  it("what the database's encoding can not hold is refused alone; its neighbours are stored", async () => {
    const name = `latin_${server.schema.slice(-12)}`
    await server.sql(`CREATE DATABASE ${name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`)
    const backend = postgresBackend(server.url.replace(/postgres$/, name))
    try {
      await backend.migrate()
      const appends = [
        to("no-stream", event("a")),
        to("any", event("b", { payload: { price: "5 €" } })),
        to("any", event("c", { payload: { name: "Ü" } })),
        to(1, event("a")),
      ]
      expect(kinds(await backend.append(appends))).toEqual(["appended", "refused", "appended", "appended"])
      const { messages } = await backend.read({ from: "log", limit: 9 })
      expect(messages.map(({ streamId }) => streamId)).toEqual(["a", "c", "a"])
    } finally {
      await backend.close()
    }
  })

  it("payloads come back as they were: escapes, half a surrogate pair, deep and large ones", async () => {
    const backend = await server.log()
    let deep: unknown = 1
    for (let at = 0; at < 2_000; at += 1) deep = [deep]
    const payloads = [
      { a: 'q"\\n\n{},NULL' },
      { half: "\ud800" },
      { deep: JSON.stringify(deep) },
      { large: 'ü"\\'.repeat(300_000) },
      null,
      "text",
      "",
    ]
    await backend.append(payloads.map((payload, at) => to("any", event(`s-${at}`, { payload }))))
    const { messages } = await backend.read({ from: "log", limit: 100 })
    expect(messages.map(({ payload }) => payload)).toEqual(payloads)
  })

  it("an idle look costs one statement, whatever the number of groups [lesson 20]", async () => {
    const statements: string[] = []
    const backend = await server.log({ onStatement: (sql) => statements.push(sql) })
    const owner = { processName: "p", bootId: "b" }
    const groups = Array.from({ length: 20 }, (_, at) => `group-${at}`)
    for (const group of groups)
      await backend.ensureGroup({ group, order: "stream", start: { at: "now" }, types: ["noted"], owner, maxLanes: 10 })
    statements.length = 0
    const wants = groups.map((group) => ({ group, types: ["noted"], limit: 10 }))
    expect((await backend.claim({ owner, groups: wants, leaseMs: 1_000 })).kind).toBe("idle")
    expect(statements).toHaveLength(1)
  })

  it("an append, a claim with work and a settle cost one, two and one statement", async () => {
    const statements: string[] = []
    const backend = await server.log({ onStatement: (sql) => statements.push(sql) })
    const owner = { processName: "p", bootId: "b" }
    await backend.ensureGroup({
      group: "g",
      order: "stream",
      start: { at: "now" },
      types: ["noted"],
      owner,
      maxLanes: 10,
    })
    const cost = async <T>(call: () => Promise<T>): Promise<{ readonly result: T; readonly statements: number }> => {
      statements.length = 0
      const result = await call()
      return { result, statements: statements.filter((sql) => !sql.includes("pg_notify")).length }
    }
    const append = await cost(() => backend.append(Array.from({ length: 50 }, (_, at) => to("any", event(`s-${at}`)))))
    const claim = await cost(() =>
      backend.claim({ owner, groups: [{ group: "g", types: ["noted"], limit: 10 }], leaseMs: 9_000 }),
    )
    const slice = claim.result
    if (slice.kind === "idle" || slice.source !== "partition") throw new Error("nothing was claimed")
    const parts = [{ key: "x", from: 1, effects: to("any", event("out", { type: "made" })) }]
    const settle = await cost(() => backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts }))
    expect([append.statements, claim.statements, settle.statements]).toEqual([1, 2, 1])
  })
})
