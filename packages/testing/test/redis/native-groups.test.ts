import { deepEqual, equal, ok } from "node:assert/strict"

import { createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { nativeGroups } from "./native-groups.ts"
import { Noted, noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"

const STREAMS = 6
const MESSAGES = 60

describe("on redis", () => {
  it("XINFO GROUPS shows what a group has in flight as pending, what waits as lag, and nothing of either at the end", async () => {
    const server = await redisForTest()
    const backend = open(server.url)
    onTestFinished(() => backend.close())
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const slow = recorder("slow", [Noted], { startFrom: "beginning", handle: () => held })
    const idle = recorder("idle", [Noted], { startFrom: "beginning" })
    const app = await createApp({ backend, reactors: [slow], logger: silentLogger })
    onTestFinished(() => app.close())
    const other = await createApp({ backend, reactors: [idle], logger: silentLogger })
    onTestFinished(() => other.close())
    for (let at = 0; at < MESSAGES; at += 1) await app.dispatch(noted(`source-${at % STREAMS}`, at))

    const waiting = await nativeGroups(server.beside)
    deepEqual([waiting.get("slow")?.pending, waiting.get("slow")?.lag], [0, MESSAGES])

    const run = running(app, { concurrency: 1 })
    await slow.reached(1)
    const working = await nativeGroups(server.beside)
    const { pending = 0, lag } = working.get("slow") ?? {}
    ok(pending > 0, "nothing is pending while a handler runs")
    equal(pending + (lag ?? Number.NaN), MESSAGES)
    deepEqual([working.get("idle")?.pending, working.get("idle")?.lag], [0, MESSAGES])
    equal((await app.groups([slow]))[0]?.lag, MESSAGES)

    release()
    await slow.reached(MESSAGES)
    await run.stop()
    const done = await nativeGroups(server.beside)
    deepEqual([done.get("slow")?.pending, done.get("slow")?.lag], [0, 0])
    equal(done.get("slow")?.lastDelivered, MESSAGES)
    equal((await app.groups([slow]))[0]?.lag, 0)
    deepEqual([done.get("idle")?.pending, done.get("idle")?.lag], [0, MESSAGES])
  })
})
