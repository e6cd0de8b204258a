import { deepEqual, equal } from "node:assert/strict"

import { createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import type { Redis } from "ioredis"
import { describe, it, onTestFinished } from "vitest"

import { recorder } from "../recorder.ts"
import { assertCopied } from "./assert-copied.ts"
import { copier } from "./copier.ts"
import { nativeGroups, streamKeys } from "./native-groups.ts"
import { Noted, noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { startCopier } from "./start-copier.ts"
import { untilCopied } from "./until-copied.ts"

const LEASE_MS = 500

/** What a person does who tidies up with plain Redis commands: deletes every consumer of a group. */
async function deleteConsumers(redis: Redis, group: string): Promise<void> {
  for (const key of await streamKeys(redis)) {
    const consumers: unknown = await redis.call("XINFO", "CONSUMERS", key, group)
    for (const consumer of Array.isArray(consumers) ? consumers : [])
      if (Array.isArray(consumer)) await redis.call("XGROUP", "DELCONSUMER", key, group, String(consumer[1]))
  }
}

/** Worse: deletes the native groups themselves. */
async function deleteGroups(redis: Redis, group: string): Promise<void> {
  for (const key of await streamKeys(redis)) await redis.call("XGROUP", "DESTROY", key, group)
}

describe("on redis", () => {
  it("the consumer of a dead worker goes when its work is taken over, and the work, the group's place and other groups stay [lesson 36]", async () => {
    const { url, beside } = await redisForTest()
    const log = open(url)
    onTestFinished(() => log.close())
    const bystander = recorder("bystander", [Noted], { startFrom: "beginning" })
    const app = await createApp({ backend: log, reactors: [bystander], logger: silentLogger })
    onTestFinished(() => app.close())
    const notes = Array.from({ length: 40 }, (_, at) => noted(`source-${at % 8}`, at))
    for (const note of notes.slice(0, 20)) await app.dispatch(note)
    await app.drain()
    for (const note of notes.slice(20)) await app.dispatch(note)
    const doomed = await startCopier(url, "worker-1", { leaseMs: LEASE_MS, copyMs: 60_000 })
    await doomed.said("began")
    const before = (await nativeGroups(beside)).get("bystander")
    doomed.child.kill("SIGKILL")
    const heir = await startCopier(url, "worker-2", { leaseMs: LEASE_MS })
    await untilCopied(log)
    equal(await heir.stop(), 0)
    await assertCopied(
      log,
      notes.map(({ id }) => id),
    )
    const groups = await nativeGroups(beside)
    // Its native lag also counts the copies, which it does not want: it has not looked at them yet.
    deepEqual({ ...groups.get("bystander"), lag: 20 }, before)
    deepEqual([groups.get("copier")?.pending, groups.get("copier")?.lag], [0, 0])
    equal((await app.groups([bystander]))[0]?.lag, 20)
    await app.drain()
    equal(bystander.seen.length, 40)
  }, 30_000)

  for (const [what, tidy] of [
    ["consumers", deleteConsumers],
    ["native groups", deleteGroups],
  ] as const) {
    it(`${what} that somebody deletes with plain Redis commands cost a group nothing: Millrace's own checkpoints decide [lesson 36]`, async () => {
      const { url, beside } = await redisForTest()
      const log = open(url)
      onTestFinished(() => log.close())
      let release = (): void => {}
      const held = new Promise<void>((resolve) => (release = resolve))
      let began = (): void => {}
      const beginning = new Promise<void>((resolve) => (began = resolve))
      const app = await createApp({
        backend: log,
        reactors: [
          copier(async () => {
            began()
            await held
          }),
        ],
        logger: silentLogger,
      })
      onTestFinished(() => app.close())
      const notes = Array.from({ length: 40 }, (_, at) => noted(`source-${at % 8}`, at))
      for (const note of notes) await app.dispatch(note)
      const draining = app.drain()
      await beginning
      await tidy(beside, "copier")
      release()
      await draining
      for (let at = 0; at < 10; at += 1) await app.dispatch(noted("source-1", 100 + at))
      await app.drain()
      await untilCopied(log)
      await assertCopied(
        log,
        notes.map(({ id }) => id),
      )
      const native = (await nativeGroups(beside)).get("copier")
      deepEqual([native?.pending, native?.lag], [0, 0])
    })
  }
})
