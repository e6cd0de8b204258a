import { describe, expect, it } from "vitest"

import { postgresBackend } from "../src/index.ts"
import { codeOf, event, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

describe("on postgres", () => {
  it("eight backends that migrate at once make one log", async () => {
    const backends = Array.from({ length: 8 }, () => server.open())
    const migrations = await Promise.all(backends.map((backend) => backend.migrate()))
    expect(migrations.filter(({ steps }) => steps.length > 0)).toHaveLength(1)
    await Promise.all(backends.map((backend) => backend.append([to("any", event("a"))])))
    expect(await positionsOf(server.open())).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it("migrate as a dry run prints SQL that makes the log when a person runs it", async () => {
    const backend = server.open()
    const { steps } = await backend.migrate({ dryRun: true })
    expect(await server.sql("SELECT 1 FROM pg_namespace WHERE nspname = $1", [server.schema])).toEqual([])
    for (const step of steps) await server.sql(step)
    await server.sql(`INSERT INTO ${server.schema}.log VALUES (1, 'millrace', ${steps.length - 1}, 32, 0, 0, 0, 0)`)
    expect((await backend.migrate()).steps).toEqual([])
    await backend.append([to("no-stream", event("a"))])
    expect(await positionsOf(backend)).toEqual([1])
  })

  it("an index that somebody dropped is a step of its own, and made again", async () => {
    await server.log()
    await server.sql(`DROP INDEX ${server.schema}.messages_id, ${server.schema}.lanes_partition`)
    const backend = server.open()
    const planned = await backend.migrate({ dryRun: true })
    expect(planned.steps.map((step) => step.split("\n")[0])).toEqual([
      "-- index messages_id",
      "-- index lanes_partition",
    ])
    expect(await backend.migrate()).toEqual(planned)
    expect((await backend.migrate()).steps).toEqual([])
  })

  it("settings that endanger what is stored are told as risks, once the log was reached", async () => {
    await server.log()
    const risksWith = async (synchronousCommit: string): Promise<readonly string[]> => {
      const url = `${server.url}?options=${encodeURIComponent(`-c synchronous_commit=${synchronousCommit}`)}`
      const backend = postgresBackend(url, { schema: server.schema, maxConnections: 2 })
      try {
        expect(backend.capabilities.risks).toEqual([])
        await positionsOf(backend)
        return (backend.capabilities.risks ?? []).map(({ what }) => what.replace(/:.*/, ""))
      } finally {
        await backend.close()
      }
    }
    const [{ fsync } = { fsync: "" }] = await server.sql<{ fsync: string }>("SHOW fsync")
    const always = fsync === "off" ? ["fsync is off"] : []
    expect(await risksWith("on")).toEqual(always)
    expect(await risksWith("off")).toEqual([...always, "synchronous_commit is off"])
  })

  it("a log of a later release is refused, and left alone", async () => {
    await server.log()
    await server.sql(`UPDATE ${server.schema}.log SET format = 99`)
    const late = server.open()
    expect(await codeOf(late.read({ from: "log", limit: 1 }))).toBe("newer-format")
    expect(await codeOf(late.migrate())).toBe("newer-format")
    expect(await server.sql(`SELECT format FROM ${server.schema}.log`)).toEqual([{ format: 99 }])
  })

  it("tables of somebody else's are not taken for a log", async () => {
    await server.sql(`CREATE SCHEMA ${server.schema}; CREATE TABLE ${server.schema}.log (line text)`)
    expect(await codeOf(server.open().migrate())).toBe("not-a-log")
    await server.sql(`CREATE TABLE ${server.schema}.messages (a int); CREATE TABLE ${server.schema}.partitions (a int)`)
    expect(await codeOf(server.open().migrate())).toBe("not-a-log")
  })

  it("names that could be more than a name are refused before anything is sent", () => {
    for (const schema of ["", "a b", 'a"; DROP SCHEMA public', "pg_own", "Ä", "a".repeat(60)])
      expect(() => postgresBackend("postgres://localhost/x", { schema })).toThrow(/option schema/)
    for (const prefix of ["1a", "a-b", "a'"])
      expect(() => postgresBackend("postgres://localhost/x", { prefix })).toThrow(/option prefix/)
  })

  it("two logs in one schema are apart: messages, locks, wake-ups and removal [lesson 19]", async () => {
    const one = await server.log({ prefix: "one_" })
    const two = await server.log({ prefix: "two_" })
    const heard: string[] = []
    await two.listen((wake) => heard.push(wake.kind))
    const other = server.open({ prefix: "one_" })
    await other.append([to("any", event("a'; DROP TABLE x; --", { type: 'it\'s "noted" {messages} $1' }))])
    expect(await positionsOf(one)).toEqual([1])
    expect(await positionsOf(two)).toEqual([])
    await two.append([to("any", event("b"))])
    await expect.poll(() => heard).toEqual(["messages"])
    await one.operator.uninstall(`${server.schema}.one_`)
    expect(await positionsOf(two)).toEqual([1])
    await two.operator.uninstall(`${server.schema}.two_`)
    expect(await server.sql("SELECT 1 FROM pg_namespace WHERE nspname = $1", [server.schema])).toEqual([])
  })

  it("uninstall leaves what is not Millrace's in the schema", async () => {
    const backend = await server.log()
    await server.sql(`CREATE TABLE ${server.schema}.mine (a int)`)
    await backend.operator.uninstall(server.schema)
    expect(
      await server.sql(`SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = '${server.schema}'::regnamespace`),
    ).toEqual([{ n: 1 }])
  })
})
