import { deepEqual, equal, ok } from "node:assert/strict"

import { createApp, parkOnError, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import type { Redis } from "ioredis"
import { describe, it, onTestFinished } from "vitest"

import { recorder } from "../recorder.ts"
import { nativeGroups, streamKeys } from "./native-groups.ts"
import { Noted, noted, numberOf } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"

const numbersOf = (messages: readonly { readonly payload: unknown }[]) =>
  messages.map(({ payload }) => numberOf(payload))

/** Bytes that all keys on the server take. */
async function bytesOf(redis: Redis): Promise<number> {
  let bytes = 0
  for (const key of await redis.keys("*")) bytes += Number(await redis.memory("USAGE", key, "SAMPLES", 0))
  return bytes
}

describe("on redis", () => {
  it("messages trimmed by force while a worker holds them end no worker, loop nowhere, and are told apart from those handled [lesson 37]", async () => {
    const { url, beside } = await redisForTest()
    const backend = open(url)
    onTestFinished(() => backend.close())
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const slow = recorder("slow", [Noted], { startFrom: "beginning", handle: () => held })
    const app = await createApp({ backend, reactors: [slow], logger: silentLogger })
    onTestFinished(() => app.close())
    for (let at = 1; at <= 30; at += 1) await app.dispatch(noted(`source-${at % 3}`, at))
    const draining = app.drain()
    await slow.reached(1)
    const { trimmedTo, removed } = await app.trim(25, { force: true })
    deepEqual([trimmedTo, removed], [25, 25])
    release()
    await draining
    await app.drain()
    const [group] = await app.groups([slow])
    equal(group?.lag, 0)
    equal(group.status, "active")
    const handled = new Set(numbersOf(slow.seen))
    const listed = new Set(group.skips.filter(({ how }) => how === "trimmed").map(({ position }) => position))
    for (let at = 1; at <= 30; at += 1) ok(handled.has(at) || listed.has(at), `${at} is neither handled nor listed`)
    for (let at = 26; at <= 30; at += 1) ok(handled.has(at), `${at} was not handled`)
    deepEqual(
      [...(await nativeGroups(beside)).values()].map(({ pending }) => pending),
      [0],
    )
  })

  it("trimming stops at what a group has not settled, and a parked message survives a forced trim in its lane [lesson 37]", async () => {
    const { url } = await redisForTest()
    const backend = open(url)
    onTestFinished(() => backend.close())
    let broken = true
    const fragile = recorder("fragile", [Noted], {
      startFrom: "beginning",
      errorStrategy: parkOnError(),
      handle({ streamId }) {
        if (broken && streamId === "source-1") throw new Error("broken")
      },
    })
    const app = await createApp({ backend, reactors: [fragile], logger: silentLogger })
    onTestFinished(() => app.close())
    for (let at = 1; at <= 9; at += 1) await app.dispatch(noted(`source-${at % 3}`, at))
    await app.drain()
    const gently = await app.trim(9)
    deepEqual([gently.trimmedTo, gently.heldBackBy], [0, ["fragile"]])
    await app.trim(9, { force: true })
    const [letter] = await app.deadLetters()
    equal(letter?.next, 1)
    broken = false
    await app.retryDeadLetters(fragile)
    await app.drain()
    equal(fragile.seen.filter(({ streamId }) => streamId === "source-1").length >= 2, true)
    const [group] = await app.groups([fragile])
    deepEqual([group?.lag, group?.parked], [0, 0])
  })

  it("what is trimmed gives its memory back, and a reader that starts below is told", async () => {
    const { url, beside } = await redisForTest()
    const backend = open(url)
    onTestFinished(() => backend.close())
    await backend.migrate()
    const app = await createApp({ backend, logger: silentLogger })
    const empty = await bytesOf(beside)
    const streams = Array.from({ length: 20 }, (_, at) => `source-${at}`)
    for (let round = 0; round < 50; round += 1)
      await app.appendToStreams(streams.map((streamId) => ({ streamId, messages: [noted(streamId, round)] })))
    const full = await bytesOf(beside)
    const { head } = await backend.read({ from: "log", limit: 1 })
    const { trimmedTo } = await app.trim(head)
    equal(trimmedTo, head)
    const left = await bytesOf(beside)
    ok(left - empty < (full - empty) / 5, `${empty} bytes before, ${full} with 1,000 messages, ${left} after`)
    deepEqual(await backend.read({ from: "log", after: 3, limit: 10 }), {
      messages: [],
      more: false,
      head,
      trimmedTo: head,
    })
    equal((await app.dispatch(noted("source-1", 99))).streams[0]?.version, 51)
  })

  it("entries that somebody trims away with XTRIM are missed by name, never silently, and stop nobody for ever [lesson 37]", async () => {
    const { url, beside } = await redisForTest()
    const backend = open(url)
    onTestFinished(() => backend.close())
    const seen = recorder("seen", [Noted], { startFrom: "beginning" })
    const app = await createApp({ backend, reactors: [seen], logger: silentLogger })
    onTestFinished(() => app.close())
    for (let at = 1; at <= 20; at += 1) await app.dispatch(noted(`source-${at % 4}`, at))
    for (const key of await streamKeys(beside)) await beside.xtrim(key, "MAXLEN", 0)
    for (let at = 21; at <= 30; at += 1) await app.dispatch(noted(`source-${at % 4}`, at))
    await app.drain()
    deepEqual(
      numbersOf(seen.seen).toSorted((a, b) => a - b),
      Array.from({ length: 10 }, (_, at) => 21 + at),
    )
    const [group] = await app.groups([seen])
    equal(group?.lag, 0)
    equal(group.skipped, 20)
    deepEqual(
      group.skips.map(({ how }) => how),
      group.skips.map(() => "trimmed"),
    )
  })
})
