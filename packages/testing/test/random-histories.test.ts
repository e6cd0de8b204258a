import { deepEqual } from "node:assert/strict"

import fc from "fast-check"
import { afterAll, beforeAll, describe, it } from "vitest"

import type { Harness, OpenLog } from "../src/conformance/index.ts"
import { startPostgres, type TestPostgres } from "../src/servers/start-postgres.ts"
import { startRedis } from "../src/servers/start-redis.ts"
import { memoryHarness } from "./conformance/memory-harness.ts"
import { mongodbHarness } from "./conformance/mongodb-harness.ts"
import { postgresHarness } from "./conformance/postgres-harness.ts"
import { redisHarness } from "./conformance/redis-harness.ts"
import { sqliteHarness } from "./conformance/sqlite-harness.ts"
import { allFaults } from "./faults/all-faults.ts"
import { APP_CALLS } from "./histories/app-calls.ts"
import { GROUPS } from "./histories/cast.ts"
import { createLedger, type Ledger } from "./histories/ledger.ts"
import { METHODS, noting } from "./histories/methods.ts"
import { ensured } from "./histories/play-group.ts"
import { type Player, playerOn } from "./histories/player.ts"
import { shorten } from "./histories/shorten.ts"
import { histories, type Step } from "./histories/step.ts"
import { viewOfDump, viewOfLog } from "./histories/views.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)

/** How many histories are played, and how many steps the longest has. */
const size = deep ? { histories: 400, steps: 400 } : { histories: 15, steps: 120 }
const TIME_LIMIT = { timeout: deep ? 3_600_000 : 120_000 }

/** How often everything is looked at on the way. */
const LOOK_EVERY = 10

const random = (count: number): readonly (readonly Step[])[] =>
  fc.sample(histories({ minLength: 1, maxLength: size.steps }), { seed, numRuns: count })

describe("on memory", () => {
  it(
    "groups handle every message they want once and in order, whatever happens [S24.d S41.a lesson 48]",
    TIME_LIMIT,
    async () => {
      for (const history of random(size.histories * 4)) await holds(history, (steps) => account(memoryHarness(), steps))
    },
  )
})

describe("the account of random histories", () => {
  /** Faults that lose, double or reorder what groups handle. */
  const found = [
    "a settle does not open again the lanes that its slice skipped",
    "a slice does not name what it left to open lanes",
    "a lane reads past its partition's checkpoint",
    "a message of a type that the process lacks is passed",
    "a slice says it scanned further than it did",
    "the messages of a slice are sorted by stream",
    "a take-over hands out as much as before",
    "a repeated settle stores its effects again",
    "the checkpoint moves before the effects are stored",
    "a deferral is forgotten when the checkpoint passes it",
    "a lane that is done in part is closed",
    "a settle passes all it scanned, whatever its checkpoint says",
  ]
  const known = fc.sample(histories({ minLength: 1, maxLength: 120 }), { seed: 3, numRuns: 80 })

  it("finds planted faults that lose, double or reorder messages [lesson 47]", TIME_LIMIT, async () => {
    const missed: string[] = []
    for (const fault of allFaults.flatMap(({ faults }) => faults)) {
      if (!found.includes(fault.name)) continue
      if (!(await anyFails(known, (steps) => account(memoryHarness(fault.alter), steps)))) missed.push(fault.name)
    }
    deepEqual(missed, [])
    const names = allFaults.flatMap(({ faults }) => faults.map(({ name }) => name))
    deepEqual(
      found.filter((name) => !names.includes(name)),
      [],
    )
  })
})

describe("the steps of random histories", () => {
  it("call every method that a backend, its operator and a store have [lesson 48]", TIME_LIMIT, async () => {
    const known = fc.sample(histories({ minLength: 100, maxLength: 400 }), { seed: 4, numRuns: 20 })
    const called = new Set<string>()
    for (const steps of known)
      await account(
        memoryHarness((backend) => noting(backend, called)),
        steps,
      )
    deepEqual(called, new Set(METHODS))
    const played = new Set(known.flat().flatMap((step) => (step.do === "app" ? [step.call] : [])))
    deepEqual(played, new Set(APP_CALLS))
  })
})

describe("on sqlite", () => {
  it(
    "random histories show what memory shows at every step, and every message is handled once and in order [S24.d S41.a lesson 48]",
    TIME_LIMIT,
    async () => {
      for (const history of random(size.histories))
        await holds(history, (steps) => agree(memoryHarness(), sqliteHarness, steps))
    },
  )
})

describe("on postgres", () => {
  let server: TestPostgres | undefined
  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: "off" } })
  })
  afterAll(() => server?.stop())

  it(
    "random histories show what memory shows at every step, and every message is handled once and in order [S24.d S41.a lesson 48]",
    TIME_LIMIT,
    async () => {
      const harness = postgresHarness(() => {
        if (server === undefined) throw new Error("the server is not started yet")
        return server
      })
      for (const history of random(deep ? size.histories / 4 : size.histories))
        await holds(history, (steps) => agree(memoryHarness(), harness, steps))
    },
  )
})

describe("on redis", () => {
  it(
    "random histories show what memory shows at every step, and every message is handled once and in order [S24.d S41.a lesson 48]",
    TIME_LIMIT,
    async () => {
      const redis = await startRedis()
      try {
        const harness = redisHarness(() => redis)
        for (const history of random(size.histories))
          await holds(history, (steps) => agree(memoryHarness(), harness, steps))
      } finally {
        await redis.stop()
      }
    },
  )
})

describe("on mongodb", () => {
  it(
    "random histories show what memory shows at every step, and every message is handled once and in order [S24.d S41.a lesson 48]",
    TIME_LIMIT,
    async () => {
      const { server, missing } = await mongoForTests()
      if (server === undefined) throw new Error(missing)
      const harness = mongodbHarness(() => server.urlOf(`histories_${process.pid}`))
      for (const history of random(deep ? size.histories / 4 : size.histories / 3))
        await holds(history, (steps) => agree(memoryHarness(), harness, steps))
      await harness.close()
    },
  )
})

/** Whether one of these histories fails. */
async function anyFails(
  known: readonly (readonly Step[])[],
  play: (steps: readonly Step[]) => Promise<void>,
): Promise<boolean> {
  for (const steps of known) {
    const failed = await play(steps).then(
      () => false,
      () => true,
    )
    if (failed) return true
  }
  return false
}

/** Plays a history; one that fails is told as short as it still fails. */
async function holds(history: readonly Step[], play: (steps: readonly Step[]) => Promise<void>): Promise<void> {
  const failure = (steps: readonly Step[]): Promise<unknown> =>
    play(steps).then(
      () => undefined,
      (error: unknown) => error,
    )
  const first = await failure(history)
  if (first === undefined) return
  const shortest = await shorten(history, async (steps) => (await failure(steps)) !== undefined)
  const steps = shortest.map((step) => JSON.stringify(step)).join("\n")
  throw new Error(`MILLRACE_SEED=${seed} finds a history that fails:\n${steps}`, {
    cause: (await failure(shortest)) ?? first,
  })
}

/** Plays a history on one backend and keeps account of what is handled. */
async function account(harness: Harness, steps: readonly Step[]): Promise<void> {
  const { log, player, ledger } = await begin(harness)
  try {
    for (const [number, step] of steps.entries()) await player.play(step, number)
    await player.finish()
    await ledger.complete(player.stage.backend)
  } finally {
    await log.dispose()
  }
}

/** Plays a history on two backends in step; the first difference fails. */
async function agree(model: Harness, tested: Harness, steps: readonly Step[]): Promise<void> {
  const [one, two] = [await begin(model), await begin(tested)]
  try {
    for (const [number, step] of steps.entries()) {
      const shown = await two.player.play(step, number)
      deepEqual(shown, await one.player.play(step, number), `step ${number}: ${JSON.stringify(step)}`)
      if (number % LOOK_EVERY !== 0 && number + 1 < steps.length) continue
      const seen = await viewOfLog(two.player.stage.backend)
      deepEqual(seen, await viewOfLog(one.player.stage.backend), `after step ${number}: ${JSON.stringify(step)}`)
    }
    deepEqual(await viewOfDump(two.player.stage.backend), await viewOfDump(one.player.stage.backend), "taken out")
    await two.player.finish()
    await two.ledger.complete(two.player.stage.backend)
  } finally {
    await one.log.dispose()
    await two.log.dispose()
  }
}

interface Begun {
  readonly log: OpenLog
  readonly player: Player
  readonly ledger: Ledger
}

/** A fresh log with all groups of the cast, and its player. */
async function begin(harness: Harness): Promise<Begun> {
  const log = await harness.open({ partitions: 3, migrated: true })
  for (const cast of GROUPS) await ensured(log.backend, cast, 3)
  const ledger = createLedger()
  return { log, ledger, player: await playerOn(log, ledger) }
}
