import { deepEqual, equal, ok } from "node:assert/strict"

import { type Append, createApp, silentLogger } from "@millrace/core"
import { open, redisBackend } from "@millrace/redis"
import type { Redis } from "ioredis"
import { describe, it, onTestFinished } from "vitest"

import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { Noted, noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"

const LISTENERS = 10
const MESSAGES = 1_000
const STREAMS = 50

/** Connections to the server besides the one that asks. */
async function connections(redis: Redis): Promise<number> {
  return (
    String(await redis.client("LIST"))
      .trim()
      .split("\n").length - 1
  )
}

/** Commands that clients sent: those that scripts run are counted apart. */
async function commands(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats")
  const calls = /^cmdstat_(?:eval|evalsha|evalsha_ro|fcall|fcall_ro):calls=(\d+)/gm
  return [...stats.matchAll(calls)].reduce((sum, [, count]) => sum + Number(count), 0)
}

describe("on redis", () => {
  it("ten listeners of a process need few connections, and few round trips for a thousand messages each [lesson 41]", async () => {
    const { url, beside } = await redisForTest()
    const backend = open(url)
    onTestFinished(() => backend.close())
    const listeners = Array.from({ length: LISTENERS }, (_, at) =>
      recorder(`listener-${at}`, [Noted], { startFrom: "beginning" }),
    )
    const app = await createApp({ backend, reactors: listeners, logger: silentLogger })
    onTestFinished(() => app.close())
    const streams = Array.from({ length: STREAMS }, (_, at) => `source-${at}`)
    for (let round = 0; round < MESSAGES / STREAMS; round += 1)
      await app.appendToStreams(streams.map((streamId) => ({ streamId, messages: [noted(streamId, round)] })))
    const before = await commands(beside)
    const run = running(app, { processName: "worker-1" })
    await Promise.all(listeners.map((listener) => listener.reached(MESSAGES)))
    const opened = await connections(beside)
    await run.stop()
    const trips = (await commands(beside)) - before
    ok(opened <= 3, `${opened} connections`)
    const handled = LISTENERS * MESSAGES
    ok(trips <= handled / 10, `${trips} round trips for ${handled} deliveries`)
  })

  it("a log hears nothing of another one on the same server, and takes any name of a type for a name [lesson 19]", async () => {
    const { url } = await redisForTest()
    const [ours, theirs] = ["ours", "theirs"].map((prefix) => {
      const backend = redisBackend(url, { prefix })
      onTestFinished(() => backend.close())
      return backend
    })
    if (ours === undefined || theirs === undefined) throw new Error("two logs were opened")
    const heard: (readonly string[] | null)[] = []
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    await ours.migrate()
    await theirs.migrate()
    await ours.listen((wake) => {
      if (wake.kind !== "messages") return
      heard.push(wake.types)
      resolve()
    })
    const odd = "*:}\n'; FLUSHALL --"
    const append = (type: string): Append => ({
      streams: [{ streamId: "a", expected: "any", messages: [{ ...noted("a", 1), type }] }],
    })
    await theirs.append([append("theirs")])
    const [verdict] = await ours.append([append(odd)])
    equal(verdict?.kind, "appended")
    await woken
    deepEqual(heard, [[odd]])
    deepEqual(
      (await ours.read({ from: "log", limit: 9, types: [odd] })).messages.map(({ type }) => type),
      [odd],
    )
  })
})
