import { deepEqual, equal, ok } from "node:assert/strict"

import { type App, createApp, type Logger, projector, retryOnError, silentLogger } from "@millrace/core"
import { open, redis, type RedisTx } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { Noted, noted } from "./noted.ts"
import { type RedisForTest, redisForTest } from "./redis-for-test.ts"

const FUTURE_MS = 60_000

type Write = (tx: RedisTx, streamId: string, sum: number) => void

/** Sums up each stream's numbers and writes as told inside the settle. What fails waits for a minute, as a lane. */
function sums(write: Write) {
  return projector
    .eventSourced("sums", (id) => ({ id, sum: 0 }), {
      tx: redis.tx,
      errorStrategy: retryOnError({ times: 3, afterMs: FUTURE_MS }),
    })
    .event(Noted, (state, { payload }) => {
      state.sum += payload.number
    })
    .sync(({ state, tx }) => write(tx, state.id, state.sum))
}

async function appOn(server: RedisForTest, write: Write, logger: Logger = silentLogger): Promise<App> {
  const backend = open(server.url)
  onTestFinished(() => backend.close())
  const app = await createApp({ backend, reactors: [sums(write)], logger })
  onTestFinished(() => app.close())
  return app
}

describe("on redis", () => {
  it("commands given to tx run with the group's progress: all of them, once, in order [S22.a]", async () => {
    const server = await redisForTest()
    const app = await appOn(server, (tx, id, sum) => {
      const key = tx.key(`sum-${id}`)
      tx.hSet(key, { sum, seen: "yes" })
      tx.hIncrBy(key, "times", 1)
      tx.rPush(tx.key("order"), id)
    })
    for (const number of [1, 2, 3]) await app.dispatch(noted("a", number))
    await app.drain()
    deepEqual(await server.beside.hgetall("{millrace}sum-a"), { sum: "6", seen: "yes", times: "1" })
    deepEqual(await server.beside.lrange("{millrace}order", 0, -1), ["a"])
  })

  it("a sync block that throws writes nothing of its stream, and others of its slice are stored [S22.a]", async () => {
    const server = await redisForTest()
    const app = await appOn(server, (tx, id, sum) => {
      tx.set(tx.key(`sum-${id}`), sum)
      if (id === "bad") throw new Error("not this one")
    })
    for (const id of ["bad", "good"]) await app.dispatch(noted(id, 1))
    await app.drain()
    deepEqual(await server.beside.mget("{millrace}sum-bad", "{millrace}sum-good"), [null, "1"])
    deepEqual(
      (await app.lanes()).map(({ key }) => key),
      ["bad"],
    )
  })

  it("a command for a key of another type writes nothing of its stream: types are looked at before the first write", async () => {
    const server = await redisForTest()
    await server.beside.set("{millrace}taken", "text")
    const app = await appOn(server, (tx, id, sum) => {
      tx.set(tx.key(`sum-${id}`), sum)
      if (id === "bad") tx.hSet(tx.key("taken"), { sum })
    })
    for (const id of ["bad", "good"]) await app.dispatch(noted(id, 1))
    await app.drain()
    deepEqual(await server.beside.mget("{millrace}sum-bad", "{millrace}sum-good"), [null, "1"])
    const [lane] = await app.lanes()
    equal(lane?.key, "bad")
    ok(lane.error?.includes("{millrace}taken"), lane.error)
  })

  it("what the server would refuse is found before the first write: nothing of that stream is written", async () => {
    const server = await redisForTest()
    await server.beside.set("{millrace}text", "12a")
    await server.beside.hset("{millrace}hash", "field", "9223372036854775807")
    const wrong: Readonly<Record<string, Write>> = {
      text: (tx) => tx.incrBy(tx.key("text"), 1),
      field: (tx) => tx.hIncrBy(tx.key("hash"), "field", 1),
      "two types": (tx) => {
        tx.set(tx.key("new"), 1)
        tx.sAdd(tx.key("new"), "a")
      },
      "own text": (tx) => {
        tx.set(tx.key("own"), 1)
        tx.append(tx.key("own"), "x")
        tx.incrBy(tx.key("own"), 1)
      },
    }
    const app = await appOn(server, (tx, id, sum) => {
      tx.set(tx.key(`before-${id}`), sum)
      wrong[id]?.(tx, id, sum)
    })
    for (const id of [...Object.keys(wrong), "good"]) await app.dispatch(noted(id, 1))
    await app.drain()
    deepEqual((await server.beside.keys("{millrace}[^:]*")).sort(), [
      "{millrace}before-good",
      "{millrace}hash",
      "{millrace}text",
    ])
    const errors = (await app.lanes()).map(({ key, error = "" }) => [key, /\{millrace\}\w+ holds/.test(error)] as const)
    deepEqual(new Map(errors), new Map(Object.keys(wrong).map((key) => [key, true] as const)))
  })

  it("a key that a block deletes, or counts up itself, is free for what comes after", async () => {
    const server = await redisForTest()
    await server.beside.set("{millrace}text", "word")
    const app = await appOn(server, (tx) => {
      tx.del(tx.key("text"))
      tx.hSet(tx.key("text"), { a: 1 })
      tx.hIncrBy(tx.key("text"), "a", 1)
      tx.set(tx.key("count"), 5)
      tx.append(tx.key("count"), "0")
      tx.incrBy(tx.key("count"), 1)
    })
    await app.dispatch(noted("a", 1))
    await app.drain()
    deepEqual(await server.beside.hgetall("{millrace}text"), { a: "2" })
    equal(await server.beside.get("{millrace}count"), "51")
  })

  it("a command that fails in the server undoes nothing, as txRollback says, and is told: logged and listed with its group [S22.b]", async () => {
    const server = await redisForTest({ settings: { "proto-max-bulk-len": "1mb" } })
    await server.beside.set("{millrace}long", "x".repeat(1024 * 1024 - 1))
    const told: unknown[] = []
    const logger = { ...silentLogger, error: (facts: object) => void told.push(facts) }
    const app = await appOn(
      server,
      (tx, id, sum) => {
        tx.set(tx.key(`before-${id}`), sum)
        tx.append(tx.key("long"), "too much")
        tx.set(tx.key(`after-${id}`), sum)
      },
      logger,
    )
    const backend = open(server.url)
    onTestFinished(() => backend.close())
    equal(backend.capabilities.txRollback, false)
    await app.dispatch(noted("a", 1))
    await app.drain()
    deepEqual(await server.beside.mget("{millrace}before-a", "{millrace}after-a"), ["1", "1"])
    equal(await server.beside.strlen("{millrace}long"), 1024 * 1024 - 1)
    const [group] = await app.groups(["sums"])
    deepEqual([group?.lag, group?.retrying, group?.skipped], [0, 0, 1])
    deepEqual(
      group?.skips.map(({ position, how }) => [position, how]),
      [[1, "unwritten"]],
    )
    equal(told.length, 1)
    ok(JSON.stringify(told).includes("APPEND {millrace}long"), JSON.stringify(told))
  })

  it("keys of the log itself and keys in other slots are refused before anything is written", async () => {
    const server = await redisForTest()
    const app = await appOn(server, (tx, id) => {
      tx.set(tx.key("fine"), "yes")
      tx.set(id === "own" ? "{millrace}:log" : "elsewhere", "no")
    })
    for (const id of ["own", "other"]) await app.dispatch(noted(id, 1))
    await app.drain()
    equal(await server.beside.exists("{millrace}fine"), 0)
    const errors = (await app.lanes()).map(({ error }) => error ?? "")
    equal(errors.length, 2)
    for (const error of errors) ok(error.includes("TxRefused") || /slot|log's own/.test(error), error)
  })
})
