import { Client } from "pg"

import { startPostgres } from "../../../packages/testing/src/servers/start-postgres.ts"
import type { Server } from "./server.ts"

/**
 * The settings that differ from the server's own defaults, the same for all: memory as a small production server has it, and checkpoints far enough
 * apart not to fall into one subject's round and spare the next one's. Durability is untouched: fsync, full_page_writes and synchronous_commit are on.
 */
const settings = {
  shared_buffers: "1GB",
  max_wal_size: "8GB",
  checkpoint_timeout: "30min",
  max_connections: "200",
}

/** Starts a Postgres of our own (or uses that of `MILLRACE_TEST_POSTGRES_URL`); each round gets a fresh database in it. */
export async function startPostgresServer(): Promise<Server> {
  const server = await startPostgres({ settings })
  let places = 0
  try {
    return {
      facts: await factsOf(server.url),
      async place() {
        places += 1
        const name = `bench_${process.pid}_${places}`
        await command(server.url, `CREATE DATABASE ${name}`)
        const url = new URL(server.url)
        url.pathname = name
        return { url: url.href, drop: () => command(server.url, `DROP DATABASE ${name} WITH (FORCE)`) }
      },
      stop: () => server.stop(),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Vacuums a log that was filled within a minute and writes it out, as hours of ordinary appending would have: else a measurement sees the filling's aftermath, not the log's size. */
export async function atRest(url: string): Promise<void> {
  await command(url, "VACUUM (ANALYZE)")
  await command(url, "CHECKPOINT")
}

async function factsOf(url: string): Promise<Readonly<Record<string, string>>> {
  const client = new Client(url)
  await client.connect()
  try {
    const names = [
      "server_version",
      "fsync",
      "synchronous_commit",
      "full_page_writes",
      "shared_buffers",
      "max_wal_size",
    ]
    const { rows } = await client.query<{ name: string; value: string }>(
      "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS n(name)",
      [names],
    )
    return Object.fromEntries(rows.map(({ name, value }) => [name === "server_version" ? "postgres" : name, value]))
  } finally {
    await client.end()
  }
}

async function command(url: string, text: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
