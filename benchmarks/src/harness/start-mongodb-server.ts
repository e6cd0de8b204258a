import { MongoClient } from "mongodb"

import { startMongo } from "../../../packages/testing/src/index.ts"
import type { Server } from "./server.ts"

/** Starts a MongoDB of our own (or uses that of `MILLRACE_TEST_MONGODB_URL`); each round gets a fresh database in it. */
export async function startMongodbServer(): Promise<Server> {
  const server = await startMongo()
  const client = new MongoClient(server.url)
  let places = 0
  const stop = async (): Promise<void> => {
    await client.close()
    await server.stop()
  }
  try {
    return {
      facts: await factsOf(client),
      async place() {
        places += 1
        const name = `bench_${process.pid}_${places}`
        return { url: server.urlOf(name), drop: async () => void (await client.db(name).dropDatabase()) }
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What answers there: compatible servers tell who they are beside the version they speak as. */
async function factsOf(client: MongoClient): Promise<Readonly<Record<string, string>>> {
  const info = await client.db("admin").command({ buildInfo: 1 })
  const ferretdb: unknown = info["ferretdb"]
  const isFerret = typeof ferretdb === "object" && ferretdb !== null && "version" in ferretdb
  return {
    mongodb: String(info["version"]),
    ...(isFerret ? { server: `FerretDB ${String(ferretdb.version)}` } : {}),
    writeConcern: "majority",
  }
}
