import { readFile } from "node:fs/promises"
import { join } from "node:path"

import { NoMongo, startMongo, type TestMongo } from "@millrace/testing"
import { MongoClient } from "mongodb"

import { readMongodb } from "../audit/read/read-mongodb.ts"
import type { Storage } from "./storage.ts"

/** A server of the run's own, which keeps its data over a kill; where none can be had, a database on the one there is, which is not killed. */
export async function openMongodb(): Promise<Storage> {
  try {
    return ownServer(await startMongo({ restartable: true }))
  } catch (error) {
    if (!(error instanceof NoMongo)) throw error
    return sharedServer(await startMongo(), error.message)
  }
}

function ownServer(server: TestMongo): Storage {
  return {
    ...databaseOn(server),
    crash: {
      async kill() {
        await killInner(server)
        await server.kill()
      },
      revive: () => server.restart(),
    },
    async close() {
      // One that is down has to be up to end what it left behind.
      await server.restart()
      await server.stop()
    },
  }
}

function sharedServer(server: TestMongo, why: string): Storage {
  const database = databaseOn(server)
  return {
    ...database,
    skips: [`server killed and restarted: ${why}`],
    async close() {
      const client = new MongoClient(database.url)
      await client.db().dropDatabase()
      await client.close()
      await server.stop()
    },
  }
}

function databaseOn(server: TestMongo) {
  const url = server.urlOf(`chaos_${process.pid}`)
  return {
    url,
    port: Number(/:(\d+)\//.exec(url)?.[1]),
    settings: "writeConcern w=majority, j by the server's own default",
    read: () => readMongodb(url),
  }
}

/** A server that keeps its data in a PostgreSQL loses that with it. */
async function killInner({ folder = "" }: TestMongo): Promise<void> {
  const file = join(folder, "documentdb", "data", "pg", "postmaster.pid")
  const pid = await readFile(file, "utf8").catch(() => undefined)
  if (pid === undefined) return
  try {
    process.kill(Number(pid.split("\n")[0]), "SIGKILL")
  } catch {
    // It has gone already.
  }
}
