import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { openBackend } from "@millrace/core"
import { afterAll, type TestContext } from "vitest"

import { startPostgres, type TestPostgres } from "../../testing/src/servers/start-postgres.ts"
import { startRedis, type TestRedis } from "../../testing/src/servers/start-redis.ts"
import { mongoForTests, type MongoForTests } from "../../testing/test/mongo-for-tests.ts"

/** A storage that the command is tried on. */
export interface Store {
  readonly name: string
  /** The URL of a log that does not exist yet. Where its server can not be had, the test is skipped, with the reason. */
  url(test: TestContext): Promise<string>
}

let postgres: Promise<TestPostgres> | undefined
let redis: Promise<TestRedis> | undefined
let mongo: Promise<MongoForTests> | undefined
let logs = 0
const removals: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const remove of removals.reverse()) await remove()
})

/** Another name each time, also for servers that are shared with other test files. */
function newName(): string {
  logs += 1
  return `cli_${process.pid}_${logs}`
}

export const stores: readonly Store[] = [
  {
    name: "sqlite",
    async url() {
      const folder = await mkdtemp(join(tmpdir(), "millrace-cli-"))
      removals.push(() => rm(folder, { recursive: true, force: true }))
      return `sqlite:${join(folder, "log.db")}`
    },
  },
  {
    name: "postgres",
    async url() {
      postgres ??= start(startPostgres())
      return `${(await postgres).url}?schema=${newName()}`
    },
  },
  {
    name: "redis",
    async url() {
      redis ??= start(startRedis())
      return `${(await redis).url}?prefix=${newName()}`
    },
  },
  {
    name: "mongodb",
    async url({ skip }) {
      mongo ??= mongoForTests().then((found) => {
        if (found.server !== undefined) removals.push(() => found.server.stop())
        return found
      })
      const { server, missing } = await mongo
      if (server === undefined) return skip(missing)
      const url = server.urlOf(newName())
      removals.push(() => removeLog(url))
      return url
    },
  },
]

async function start<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting
  removals.push(() => server.stop())
  return server
}

/** A server that outlives the test file keeps nothing of it. */
async function removeLog(url: string): Promise<void> {
  const backend = await openBackend(url)
  try {
    const { name } = await backend.operator.stats()
    await backend.operator.uninstall(name)
  } finally {
    await backend.close()
  }
}
