import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend, Slice } from "@millrace/core/backend"
import { redisBackend } from "@millrace/redis"
import fc from "fast-check"
import type { Redis } from "ioredis"
import { describe, it } from "vitest"

import { redisHarness } from "../conformance/redis-harness.ts"
import { GROUPS } from "../histories/cast.ts"
import { createLedger } from "../histories/ledger.ts"
import { ensured } from "../histories/play-group.ts"
import { playerOn } from "../histories/player.ts"
import { histories } from "../histories/step.ts"
import { Noted, noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { wrongNotes } from "./wrong-notes.ts"

const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const HISTORIES = { numRuns: 4, steps: 80 } as const
const OWNER = { processName: "worker-1", bootId: "boot-1" }
const WORKED = ["one", "two", "three", "four", "five", "six"]

/** Commands that scripts have run on a server. */
async function commandsIn(redis: Redis): Promise<number> {
  const text = await redis.info("commandstats")
  let calls = 0
  for (const [, name, count] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm))
    if (name !== "evalsha" && name !== "eval" && name !== "info") calls += Number(count)
  return calls
}

async function appended(backend: Backend<never>, from: number, count: number): Promise<void> {
  const streams = Array.from({ length: count }, (_, at) => `source-${(from + at) % 64}`)
  const appends = streams.map((streamId, at) => ({
    streams: [{ streamId, expected: "any" as const, messages: [{ ...noted(streamId, from + at), streamId }] }],
  }))
  for (let at = 0; at < appends.length; at += 200) await backend.append(appends.slice(at, at + 200))
}

describe("on redis", () => {
  it("what claims note of where work waits is right after every step of random histories", async () => {
    const server = await redisForTest()
    const sample = fc.sample(histories({ minLength: 1, maxLength: HISTORIES.steps }), { seed, ...HISTORIES })
    for (const history of sample) {
      const log = await redisHarness(() => server).open({ partitions: 3, migrated: true })
      for (const cast of GROUPS) await ensured(log.backend, cast, 3)
      const player = await playerOn(log, createLedger())
      for (const [number, step] of history.entries()) {
        await player.play(step, number)
        const wrong = await wrongNotes(server.beside, player.stage.now)
        deepEqual(wrong, [], `MILLRACE_SEED=${seed}, after step ${number}: ${JSON.stringify(step)}`)
      }
      await log.dispose()
    }
  }, 120_000)

  it("a claim of six groups runs as many commands beside a long log, and a long backlog, as beside a short one", async () => {
    const server = await redisForTest()
    const costs: number[][] = []
    for (const messages of [320, 3_200]) {
      const backend = redisBackend(server.url, { prefix: `of-${messages}`, clock: { now: () => 1_000_000 } })
      await backend.migrate()
      const types = [Noted.type]
      for (const group of WORKED)
        await backend.ensureGroup({
          group,
          order: "stream",
          start: { at: "beginning" },
          types,
          owner: OWNER,
          maxLanes: 9,
        })
      await appended(backend, 0, messages)
      const claim = (limit: number) =>
        backend.claim({
          owner: OWNER,
          groups: WORKED.map((group) => ({ group, types, limit })),
          leaseMs: 30_000,
        })
      const settle = async (slice: Slice): Promise<void> => {
        if (slice.source === "partition")
          await backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] })
      }
      const cost = async (limit: number, count: number): Promise<number> => {
        let claimed = 0
        for (let n = 0; n < count; n += 1) {
          const before = await commandsIn(server.beside)
          const slice = await claim(limit)
          claimed += (await commandsIn(server.beside)) - before
          if (slice.kind === "slice") await settle(slice)
        }
        return claimed / count
      }
      // The first claim makes the notes.
      await cost(1, 1)
      const waiting = await cost(1, 20)
      for (let slice = await claim(250); slice.kind === "slice"; slice = await claim(250)) await settle(slice)
      const nothing = await cost(1, 3)
      await appended(backend, messages, 1)
      costs.push([waiting, nothing, await cost(1, 6)])
      equal((await claim(1)).kind, "idle")
      await backend.close()
    }
    const [short = [], long = []] = costs
    for (const [at, most] of [70, 36, 80].entries()) {
      const [one = 0, other = 0] = [short[at], long[at]]
      ok(one <= most && other <= most, `a claim runs ${one} and ${other} commands`)
      ok(other <= one + 8, `a claim runs ${one} commands, and ${other} where there is more`)
    }
  }, 120_000)
})
