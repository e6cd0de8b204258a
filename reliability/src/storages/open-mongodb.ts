import { readFile } from "node:fs/promises"
import { join } from "node:path"

import { startMongo, type TestMongo } from "@millrace/testing"

import { readMongodb } from "../audit/read/read-mongodb.ts"
import type { Storage } from "./storage.ts"

/** A server of the run's own, which keeps its data over a kill. */
export async function openMongodb(): Promise<Storage> {
  const server = await startMongo({ restartable: true })
  const url = server.urlOf("chaos")
  return {
    url,
    port: Number(/:(\d+)\//.exec(url)?.[1]),
    settings: "writeConcern w=majority, j by the server's own default",
    crash: {
      async kill() {
        await killInner(server)
        await server.kill()
      },
      revive: () => server.restart(),
    },
    read: () => readMongodb(url),
    async close() {
      // One that is down has to be up to end what it left behind.
      await server.restart()
      await server.stop()
    },
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
