import { setTimeout } from "node:timers/promises"

import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql"
import { Client } from "pg"

import type { WorkTarget } from "../../harness/work-load.ts"
import { consume, type Stop } from "./consume.ts"

const LOOK_MS = 5

/** A backlog of events, handled by the store's consumer. Done is what its checkpoint has passed. */
export async function emmettWork(url: string): Promise<WorkTarget> {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  const client = new Client(url)
  await client.connect()
  let stop: Stop = async () => {}
  return {
    async fill(entries) {
      const byStream = Map.groupBy(entries, ({ stream }) => stream)
      for (const [stream, own] of byStream) {
        await store.appendToStream(
          stream,
          own.map((entry) => ({ type: "item-added", data: entry })),
        )
      }
    },
    async start(handle) {
      stop = consume(store, handle)
    },
    async settled() {
      for (;;) {
        const { rows } = await client.query(
          `SELECT FROM emt_processors WHERE last_processed_checkpoint::bigint >= (SELECT max(global_position) FROM emt_messages)`,
        )
        if (rows.length > 0) return
        await setTimeout(LOOK_MS)
      }
    },
    async close() {
      await stop()
      await client.end()
      await store.close()
    },
  }
}
