import { readFile } from "node:fs/promises"
import { join } from "node:path"

import type { TestMongo } from "../../src/servers/test-mongo.ts"

/** Kills the PostgreSQL in which this server keeps its data: the server goes on and has lost its storage. */
export async function killStorage({ folder = "" }: TestMongo): Promise<void> {
  const [pid] = (await readFile(join(folder, "documentdb", "data", "pg", "postmaster.pid"), "utf8")).split("\n")
  process.kill(Number(pid), "SIGKILL")
}
