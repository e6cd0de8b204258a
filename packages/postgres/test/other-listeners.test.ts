import { randomUUID } from "node:crypto"

import type { Wake } from "@millrace/core/backend"
import pg from "pg"
import { afterEach, describe, expect, it, vi } from "vitest"

import { namesOf } from "../src/names.ts"
import { countOtherListeners, type OtherListeners } from "../src/other-listeners.ts"
import { joining } from "../src/wakes.ts"
import { event, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()
const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const end of ends.splice(0)) await end()
})

/** A backend that tells how many wake-ups it has sent to others, and what it heard itself. */
async function listening() {
  let sent = 0
  const heard: Wake[] = []
  const backend = await server.log({ onStatement: (sql) => void (sql.includes("pg_notify") && (sent += 1)) })
  await backend.listen((wake) => void heard.push(wake))
  return { backend, heard, sent: () => sent }
}

async function another() {
  const heard: Wake[] = []
  const backend = await server.log()
  await backend.listen((wake) => void heard.push(wake))
  return { backend, heard }
}

/** A listening connection that counts the others, and what it tells of them. */
async function counting(): Promise<{ readonly client: pg.Client; readonly others: OtherListeners }> {
  const { listenersLock: lock, channel } = namesOf({ schema: server.schema, prefix: "" })
  const others = countOtherListeners({ lock, channel }, randomUUID())
  const client = new pg.Client(server.url)
  client.on("notification", ({ payload }) => others.hear(payload ?? ""))
  await client.connect()
  ends.push(() => client.end())
  await client.query(`LISTEN "${channel}"`)
  await others.join(client)
  return { client, others }
}

describe("on postgres", () => {
  it("no wake-up is sent where nobody else listens, and its own listeners hear", async () => {
    const { backend, heard, sent } = await listening()
    await backend.append([to("any", event("s-1"))])
    await backend.append([to("any", event("s-1")), to("any", event("s-2", { type: "moved" }))])
    await vi.waitFor(() =>
      expect(heard).toEqual([
        { kind: "messages", types: ["noted"] },
        { kind: "messages", types: ["noted", "moved"] },
      ]),
    )
    expect(sent()).toBe(0)
  })

  it("who begins to listen hears that something may have come, and from then on of everything", async () => {
    const { backend, sent } = await listening()
    await backend.append([to("any", event("s-1"))])
    const other = await another()
    await vi.waitFor(() => expect(other.heard).toContainEqual({ kind: "messages", types: null }))
    expect(other.heard).toContainEqual({ kind: "work" })
    expect(other.heard).toContainEqual({ kind: "schedule" })
    expect(sent()).toBe(1)
    await backend.append([to("any", event("s-2"))])
    await vi.waitFor(() => expect(other.heard).toContainEqual({ kind: "messages", types: ["noted"] }))
  })

  it("who listened before is told of from the first append on", async () => {
    const other = await another()
    const { backend } = await listening()
    await backend.append([to("any", event("s-1"))])
    await vi.waitFor(() => expect(other.heard).toContainEqual({ kind: "messages", types: ["noted"] }))
  })

  it("a challenge is sent whoever listens", async () => {
    const { backend, sent } = await listening()
    const join = (bootId: string) =>
      backend.heartbeat({ kind: "join", owner: { processName: "p", bootId }, facts: { host: "h", pid: 1 }, wants: [] })
    expect(await join("boot-1")).toEqual({ kind: "ok" })
    expect(await join("boot-2")).toMatchObject({ kind: "held" })
    await vi.waitFor(() => expect(sent()).toBe(1))
  })

  it("connections that were cut make themselves known again when they come back", async () => {
    const other = await another()
    const { backend } = await listening()
    const { listenersLock } = namesOf({ schema: server.schema, prefix: "" })
    const holders = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint = ${listenersLock}`
    const before = (await server.sql<{ pid: number }>(holders)).map(({ pid }) => pid)
    expect(before).toHaveLength(2)
    await server.sql(`SELECT pg_terminate_backend(pid) FROM (${holders}) held`)
    await vi.waitFor(async () => {
      const now = (await server.sql<{ pid: number }>(holders)).map(({ pid }) => pid)
      expect(now.filter((pid) => !before.includes(pid))).toHaveLength(2)
    })
    await vi.waitFor(async () => {
      await backend.append([to("any", event("s-1"))])
      expect(other.heard).toContainEqual({ kind: "messages", types: ["noted"] })
    })
  })

  it("those who have gone are not counted a while later", async () => {
    vi.useFakeTimers({ toFake: ["performance"] })
    const { others, client: own } = await counting()
    expect(others.none()).toBe(true)
    const { client } = await counting()
    await vi.waitFor(() => expect(others.none()).toBe(false))
    await client.end()
    expect(others.none()).toBe(false)
    await vi.waitFor(async () => {
      vi.advanceTimersByTime(5_001)
      others.none()
      await own.query("SELECT 1")
      expect(others.none()).toBe(true)
    })
  })

  it("nothing is known while a count is not answered, nor without a connection", async () => {
    vi.useFakeTimers({ toFake: ["performance"] })
    const { client, others } = await counting()
    expect(others.none()).toBe(true)
    vi.advanceTimersByTime(5_001)
    expect(others.none()).toBe(false)
    await client.query("SELECT 1")
    expect(others.none()).toBe(true)
    others.leave()
    expect(others.none()).toBe(false)
  })

  it("somebody who comes while others are counted is not lost, though the answer does not have them", async () => {
    vi.useFakeTimers({ toFake: ["performance"] })
    const { client, others } = await counting()
    vi.advanceTimersByTime(5_001)
    expect(others.none()).toBe(false)
    expect(others.hear(joining("another"))).toBe(true)
    await client.query("SELECT 1")
    expect(others.none()).toBe(false)
  })

  it("another log of the same database has listeners of its own", async () => {
    const { others } = await counting()
    const { listenersLock: lock, channel } = namesOf({ schema: server.schema, prefix: "shop_" })
    const client = new pg.Client(server.url)
    await client.connect()
    ends.push(() => client.end())
    const beside = countOtherListeners({ lock, channel }, randomUUID())
    await beside.join(client)
    expect([others.none(), beside.none()]).toEqual([true, true])
  })
})
