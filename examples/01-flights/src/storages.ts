import { join } from "node:path"

import { startMongo, startPostgres, startRedis } from "@millrace/testing"

import { mongodbEvidence } from "./mongodb-evidence.ts"
import { postgresEvidence } from "./postgres-evidence.ts"
import { redisEvidence } from "./redis-evidence.ts"
import { sqliteEvidence } from "./sqlite-evidence.ts"
import type { Started, Storage } from "./storage.ts"

/** The storages that the demo starts by their bare names, and reads by itself. */
export const storages: ReadonlyMap<string, Storage> = new Map<string, Storage>([
  [
    "sqlite",
    {
      protocols: ["sqlite:"],
      start: async (folder) => ({ url: `sqlite:${join(folder, "flights.db")}`, stop: async () => {} }),
      evidence: sqliteEvidence,
      started: "sqlite in a temporary folder",
      inFolder: true,
    },
  ],
  ["postgres", onServer(["postgres:", "postgresql:"], () => startPostgres(), postgresEvidence, "postgres")],
  ["redis", onServer(["redis:", "rediss:"], startOwnRedis, redisEvidence, "redis")],
  ["mongodb", onServer(["mongodb:", "mongodb+srv:"], () => startMongoDatabase(), mongodbEvidence, "mongodb")],
])

/** The server of `MILLRACE_TEST_REDIS_URL`, else one of our own that synchronises every write: what was answered survives. */
async function startOwnRedis(): Promise<Started> {
  const given = process.env["MILLRACE_TEST_REDIS_URL"]
  return startRedis(given === undefined || given === "" ? { appendfsync: "always" } : {})
}

/** A database on a server of the run's own. */
async function startMongoDatabase(): Promise<Started> {
  const server = await startMongo()
  return { url: server.urlOf(`flights_${process.pid}`), stop: () => server.stop() }
}

/** A storage whose server is started for the run, and gone after it. */
function onServer(
  protocols: readonly string[],
  start: Storage["start"],
  evidence: Storage["evidence"],
  name: string,
): Storage {
  return { protocols, start, evidence, started: `${name} on a throwaway server`, inFolder: false }
}
