import { equal, ok } from "node:assert/strict"
import { inspect } from "node:util"

import { type Backend, createApp, type Logger } from "@millrace/core"
import { open as openMongo } from "@millrace/mongodb"
import { open as openPostgres } from "@millrace/postgres"
import { open as openRedis } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { startPostgres } from "../src/servers/start-postgres.ts"
import { startRedis } from "../src/servers/start-redis.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const PASSWORD = "s3cr3t-pw"

/** The most levels of an error that a logger shows. */
const DEPTH = 12

/** The same URL for a user whose password is wrong. */
function wrong(url: string): string {
  const given = new URL(url)
  given.username = "nobody"
  given.password = PASSWORD
  return given.href
}

/** What a log shows of an error: its own words, its stack, its fields and its causes. */
const shown = (error: unknown): string =>
  [inspect(error, { depth: DEPTH, showHidden: true }), JSON.stringify(error), String(error)].join("\n")

/** Opens a backend and an app on it. Answers all that is said of why that can not be. */
async function complaint(open: () => Backend<never>): Promise<string> {
  const said: string[] = []
  const note = (facts: unknown, text?: string): void => void said.push(shown(facts), text ?? "")
  const logger: Logger = { debug: note, info: note, warn: note, error: note }
  try {
    const backend = open()
    onTestFinished(() => backend.close())
    await createApp({ backend, logger })
  } catch (error) {
    said.push(shown(error))
  }
  return said.join("\n")
}

const unread = ["postgres://shop:s3cr3t-pw@127.0.0.1:999999/shop", "postgres://shop:s3cr3t-pw@[zz]/shop"]

describe("a password", () => {
  const holds = async (open: () => Backend<never>): Promise<void> => {
    const said = await complaint(open)
    ok(said.length > 0, "nobody complained")
    equal(said.includes(PASSWORD), false, "the password is shown")
  }

  it("is shown by no error of a Postgres that refuses it, is away, or has an unreadable URL", async () => {
    const server = await startPostgres({ settings: { fsync: "off" } })
    onTestFinished(() => server.stop())
    await holds(() => openPostgres(wrong(server.url)))
    await holds(() => openPostgres(`postgres://shop:${PASSWORD}@127.0.0.1:1/shop`))
    for (const url of unread) await holds(() => openPostgres(url))
  })

  it("is shown by no error of a Redis that refuses it, is away, or has an unreadable URL", async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    await holds(() => openRedis(wrong(server.url)))
    await holds(() => openRedis(`redis://shop:${PASSWORD}@127.0.0.1:1`, { connectTimeoutMs: 200 }))
    for (const url of unread) await holds(() => openRedis(url.replace("postgres", "redis")))
  })

  it("is shown by no error of a MongoDB that refuses it, is away, or has an unreadable URL", async () => {
    const { server } = await mongoForTests()
    const brief = { patienceMs: 300 }
    if (server !== undefined) await holds(() => openMongo(wrong(server.urlOf(`secrets_${process.pid}`)), brief))
    await holds(() => openMongo(`mongodb://shop:${PASSWORD}@127.0.0.1:1/shop?serverSelectionTimeoutMS=200`, brief))
    for (const url of unread) await holds(() => openMongo(url.replace("postgres", "mongodb"), brief))
  })
})
