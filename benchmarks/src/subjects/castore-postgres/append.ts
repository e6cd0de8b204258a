import { createRequire } from "node:module"

import type { PostgresEventStorageAdapter } from "@castore/event-storage-adapter-postgres"
import { Client } from "pg"

import type { AppendTarget } from "../../harness/append-load.ts"

// Its ES modules import each other without file endings, which Node refuses: its CommonJS build is the one that runs.
const adapter: { readonly PostgresEventStorageAdapter: typeof PostgresEventStorageAdapter } = createRequire(
  import.meta.url,
)("@castore/event-storage-adapter-postgres")

/** All carts are aggregates of one store. */
const STORE = { eventStoreId: "carts" }

/**
 * Appends by `pushEvent`, at defaults: each with the version that its caller knows to be next, checked by the table's unique index.
 * README: https://github.com/castore-dev/castore/tree/main/packages/event-storage-adapter-postgres
 */
export async function castoreAppends(url: string): Promise<AppendTarget> {
  await adapter.PostgresEventStorageAdapter.createEventTable({
    connectionString: url,
    aggregateId: { type: "VARCHAR", length: 64 },
  })
  const store = new adapter.PostgresEventStorageAdapter({ connectionString: url })
  return {
    append: (entry) =>
      store.pushEvent(
        { aggregateId: entry.stream, version: entry.number, type: "item-added", payload: { ...entry } },
        STORE,
      ),
    async stored() {
      const client = new Client(url)
      await client.connect()
      const { rows } = await client.query<{ stream: string; number: number }>(
        "SELECT data ->> 'stream' AS stream, (data ->> 'number')::int AS number FROM event ORDER BY id",
      )
      await client.end()
      return rows
    },
    // It has no way to close its connections: the round's process ends them.
    close() {},
  }
}
