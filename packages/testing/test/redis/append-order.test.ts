import { deepEqual, equal, ok } from "node:assert/strict"

import { type App, createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { noted, numberOf } from "./noted.ts"
import { type RedisForTest, redisForTest } from "./redis-for-test.ts"

const APPENDS = 2_000
/** Appends that are made without a pause for the server in between. */
const AT_ONCE = 50

async function appOn({ url }: RedisForTest): Promise<App> {
  const backend = open(url)
  onTestFinished(() => backend.close())
  const app = await createApp({ backend, logger: silentLogger })
  onTestFinished(() => app.close())
  return app
}

/** Appends a row of numbers without waiting for any, and disturbs the server now and then. Answers the numbers that were stored. */
async function appendRow(app: App, disturb: (turn: number) => Promise<unknown>): Promise<readonly number[]> {
  const stored: number[] = []
  const appends: Promise<void>[] = []
  for (let number = 0; number < APPENDS; number += 1) {
    const note = noted("row", number)
    appends.push(
      app.appendNextToStream("row", [note]).then(
        () => void stored.push(number),
        () => {},
      ),
    )
    if (number % AT_ONCE === 0) await disturb(number / AT_ONCE)
  }
  await Promise.all(appends)
  return stored.sort((a, b) => a - b)
}

async function rowOf(app: App): Promise<readonly number[]> {
  return (await app.readStream("row")).map(({ payload }) => numberOf(payload))
}

describe("on redis", () => {
  it("appends fired in turn land in turn, though calls overlap and the server forgets its scripts", async () => {
    const server = await redisForTest()
    const app = await appOn(server)
    const stored = await appendRow(app, (turn) => (turn % 5 === 0 ? server.beside.script("FLUSH") : Promise.resolve()))
    equal(stored.length, APPENDS)
    deepEqual(await rowOf(app), stored)
  })

  it("appends fired in turn land in turn, though some are refused by a server that is full now and then", async () => {
    const server = await redisForTest()
    const app = await appOn(server)
    const stored = await appendRow(app, (turn) =>
      server.beside.config("SET", "maxmemory", turn % 4 === 3 ? "1mb" : "0"),
    )
    ok(stored.length > 0 && stored.length < APPENDS, `${stored.length} stored: nothing was refused`)
    deepEqual(await rowOf(app), stored)
  })

  it("appends fired in turn land in turn and once, though connections are cut", async () => {
    const server = await redisForTest()
    const app = await appOn(server)
    const kill = (): Promise<unknown> => server.beside.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    const stored = await appendRow(app, (turn) => (turn % 10 === 9 ? kill() : Promise.resolve()))
    equal(stored.length, APPENDS)
    deepEqual(await rowOf(app), stored)
  })
})
