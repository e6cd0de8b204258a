import { equal, match, ok, rejects } from "node:assert/strict"

import { type Append, type Backend, createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { Redis } from "ioredis"
import { describe, it, onTestFinished } from "vitest"

import { running } from "../running.ts"
import { assertCopied, readAll } from "./assert-copied.ts"
import { copier } from "./copier.ts"
import { noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { refusalOf } from "./refusal-of.ts"
import { surely } from "./surely.ts"
import { untilCopied } from "./until-copied.ts"

const FULL_MS = 500
/** Whoever can not settle leaves its lease to end. */
const LEASE_MS = 1_000

function openFor(url: string): Backend<never> {
  const backend = open(url)
  onTestFinished(() => backend.close())
  return backend
}

function to(streamId: string, number: number): Append {
  return { streams: [{ streamId, expected: "any", messages: [noted(streamId, number)] }] }
}

describe("on redis", () => {
  it("a server that is full refuses an append as a whole, says so, and takes it when there is room", async () => {
    const server = await redisForTest({ settings: { maxmemory: "0" } })
    const log = openFor(server.url)
    await log.migrate()
    await log.append([to("a-1", 1)])
    await server.beside.config("SET", "maxmemory", "1mb")
    const { code, message } = await refusalOf(log.append([to("a-1", 2), to("a-2", 1)]))
    equal(code, "full")
    match(message, /maxmemory/)
    equal((await readAll(log)).length, 1)
    await server.beside.config("SET", "maxmemory", "0")
    equal((await log.append([to("a-1", 2)]))[0]?.kind, "appended")
  })

  it("workers outlive a server that is full, and what they held is handled once and stored when there is room [lesson 35 lesson 16]", async () => {
    const server = await redisForTest()
    const log = openFor(server.url)
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    let began = (): void => {}
    const beginning = new Promise<void>((resolve) => (began = resolve))
    let handled = 0
    const slow = copier(() => {
      handled += 1
      began()
      return held
    })
    const app = await createApp({ backend: log, reactors: [slow], logger: silentLogger, limits: { leaseMs: LEASE_MS } })
    onTestFinished(() => app.close())
    const notes = Array.from({ length: 20 }, (_, at) => noted(`source-${at % 4}`, at))
    for (const note of notes) await app.dispatch(note)
    const run = running(app, { processName: "worker-1" })
    let ended = false
    void run.ended.finally(() => (ended = true))
    await beginning
    await server.beside.config("SET", "maxmemory", "1mb")
    const refused = refusalOf(log.append([to("other", 1)]))
    release()
    equal((await refused).code, "full")
    // Long enough for workers, beats and timers to meet the refusal.
    await new Promise((resolve) => void setTimeout(resolve, FULL_MS))
    equal(ended, false)
    await server.beside.config("SET", "maxmemory", "0")
    await untilCopied(log)
    await assertCopied(
      log,
      notes.map(({ id }) => id),
    )
    equal(handled, notes.length, "what was handled is kept until it can be stored")
  })

  it("a replica refuses to be written to, can be read, and says what it is", async () => {
    const server = await redisForTest({ settings: { "repl-diskless-sync-delay": "0" } })
    const log = openFor(server.url)
    await log.migrate()
    await log.append([to("a-1", 1)])
    const replica = await redisForTest({ settings: { replicaof: `127.0.0.1 ${new URL(server.url).port}` } })
    while (!(await replica.beside.info("replication")).includes("master_link_status:up"))
      await new Promise((resolve) => void setTimeout(resolve, 10))
    const copy = openFor(replica.url)
    const { code, message } = await refusalOf(copy.append([to("a-1", 2)]))
    equal(code, "read-only")
    match(message, /replica/i)
    equal((await readAll(log)).length, 1)
  })

  it("a server that wants a password names what is missing, and one that is wrong too", async () => {
    const { url } = await redisForTest({ settings: { requirepass: "secret" } })
    const none = await refusalOf(openFor(url).read({ from: "log", limit: 1 }))
    const wrong = await refusalOf(openFor(url.replace("//", "//:guess@")).read({ from: "log", limit: 1 }))
    for (const { code, message } of [none, wrong]) {
      equal(code, "invalid")
      match(message, /password/i)
      ok(!message.includes("guess"), "the password is in the message")
    }
    const right = openFor(url.replace("//", "//:secret@"))
    await right.migrate()
    equal((await right.append([to("a-1", 1)]))[0]?.kind, "appended")
  })

  it("a server that still loads its data is waited for, or said to be away, but never taken for an empty one [lesson 35]", async () => {
    const server = await redisForTest({
      settings: { "key-load-delay": "1000", "loading-process-events-interval-bytes": "1024" },
    })
    const log = openFor(server.url)
    await log.migrate()
    await log.append([to("a-1", 1)])
    const filler = server.beside.pipeline()
    for (let at = 0; at < 1_000; at += 1) filler.set(`filler-${at}`, "x".repeat(50))
    await filler.exec()
    await server.beside.save()
    await server.kill()
    await server.start({ loading: true })
    const impatient = new Redis(server.url, { enableReadyCheck: false })
    onTestFinished(() => impatient.disconnect())
    await rejects(impatient.get("filler-1"), /LOADING/)
    const newcomer = openFor(server.url)
    for (const backend of [newcomer, log]) equal((await surely(() => readAll(backend))).length, 1)
    equal((await surely(() => log.append([to("a-1", 2)])))[0]?.kind, "appended")
    equal((await surely(() => readAll(newcomer))).length, 2)
  })

  it("a name that is somebody else's key is refused, and left as it is", async () => {
    const server = await redisForTest()
    const log = openFor(server.url)
    await log.migrate()
    const keys = await server.beside.keys("*")
    await server.beside.flushall()
    for (const key of keys) await server.beside.set(key, "theirs")
    const { code } = await refusalOf(log.migrate())
    ok(code === "not-a-log" || code === "corrupt", code)
    for (const key of keys) equal(await server.beside.get(key), "theirs")
  })
})
