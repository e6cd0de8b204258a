import { equal, match, ok } from "node:assert/strict"

import { type Append, type Backend, createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { running } from "../running.ts"
import { assertCopied, readAll } from "./assert-copied.ts"
import { copier } from "./copier.ts"
import { isWorthAnotherTry } from "./is-worth-another-try.ts"
import { noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { refusalOf } from "./refusal-of.ts"
import { untilCopied } from "./until-copied.ts"

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

  it("workers outlive a server that is full, and what they held is handled once when there is room [lesson 35 lesson 16]", async () => {
    const server = await redisForTest()
    const log = openFor(server.url)
    const app = await createApp({ backend: log, reactors: [copier()], logger: silentLogger })
    onTestFinished(() => app.close())
    const notes = Array.from({ length: 20 }, (_, at) => noted(`source-${at % 4}`, at))
    for (const note of notes) await app.dispatch(note)
    await server.beside.config("SET", "maxmemory", "1mb")
    const run = running(app, { processName: "worker-1" })
    let ended = false
    void run.ended.finally(() => (ended = true))
    await new Promise((resolve) => void setTimeout(resolve, 500))
    equal(ended, false)
    await server.beside.config("SET", "maxmemory", "0")
    await untilCopied(log)
    await assertCopied(
      log,
      notes.map(({ id }) => id),
    )
  })

  it("a replica refuses to be written to, can be read, and says what it is", async () => {
    const server = await redisForTest()
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

  it("a server that still loads its data is unavailable, not empty, and is used when it is ready [lesson 35 lesson 37]", async () => {
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
    const fresh = openFor(server.url)
    const refusals: string[] = []
    for (;;) {
      try {
        equal((await readAll(fresh)).length, 1)
        break
      } catch (error) {
        if (!isWorthAnotherTry(error)) throw error
        refusals.push(String(error))
      }
    }
    ok(refusals.length > 0, "it never saw the server load")
    equal((await log.append([to("a-1", 2)]))[0]?.kind, "appended")
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
