import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

import { startPostgres, type TestPostgres } from "@millrace/testing"
import * as Schema from "effect/Schema"
import { Client } from "pg"

import { readPostgres } from "../audit/read/read-postgres.ts"
import { fillDisk } from "./fill-disk.ts"
import type { Storage, StorageOptions } from "./storage.ts"

/** Small files, for the disk is small. */
const SETTINGS = { max_wal_size: "64MB", min_wal_size: "32MB", shared_buffers: "32MB" }

/** How often a server is started again whose dead postmaster's children have not all gone yet. */
const STARTS = 20
const BETWEEN_STARTS_MS = 250

const Facts = Schema.Array(
  Schema.Struct({ folder: Schema.String, fsync: Schema.String, commit: Schema.String, images: Schema.String }),
)

/** A server of the run's own, its data in the run's folder. */
export async function openPostgres({ folder, small }: StorageOptions): Promise<Storage> {
  const before = process.env["TMPDIR"]
  process.env["TMPDIR"] = folder
  const server = await startPostgres({ settings: SETTINGS })
  if (before === undefined) delete process.env["TMPDIR"]
  else process.env["TMPDIR"] = before
  const facts = await factsOf(server.url)
  const disk = fillDisk(folder)
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    settings: `fsync=${facts.fsync}, synchronous_commit=${facts.commit}, full_page_writes=${facts.images}`,
    crash: {
      async kill() {
        const [pid] = (await readFile(join(facts.folder, "postmaster.pid"), "utf8")).split("\n")
        process.kill(Number(pid), "SIGKILL")
      },
      revive: () => revive(server),
    },
    ...(small
      ? {
          disk: {
            fill: disk.fill,
            async free() {
              await disk.free()
              // A server that finds no room for its journal may give up for good.
              if (!(await answers(server.url))) await revive(server)
            },
          },
        }
      : {}),
    read: () => readPostgres(server.url),
    close: () => server.stop(),
  }
}

async function revive(server: TestPostgres): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await server.restart()
    } catch (error) {
      if (tries === STARTS) throw error
      await pause(BETWEEN_STARTS_MS)
    }
  }
}

/** Whether it takes a connection, within the time that a crash recovery may need. */
async function answers(url: string): Promise<boolean> {
  for (let tries = 1; tries <= STARTS; tries += 1) {
    const client = new Client(url)
    client.on("error", () => {}) // Told by the call that fails.
    try {
      await client.connect()
      await client.end()
      return true
    } catch {
      await pause(BETWEEN_STARTS_MS)
    }
  }
  return false
}

async function factsOf(url: string) {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(`SELECT current_setting('data_directory') AS folder,
    current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, current_setting('full_page_writes') AS images`)
  await client.end()
  const [facts] = Schema.decodeUnknownSync(Facts)(rows)
  if (facts === undefined) throw new Error("the server tells no settings")
  return facts
}
