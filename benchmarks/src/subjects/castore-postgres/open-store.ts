import { createRequire } from "node:module"

import type { PostgresEventStorageAdapter } from "@castore/event-storage-adapter-postgres"

// Its ES modules import each other without file endings, which Node refuses: its CommonJS build is the one that runs.
const adapter: { readonly PostgresEventStorageAdapter: typeof PostgresEventStorageAdapter } = createRequire(
  import.meta.url,
)("@castore/event-storage-adapter-postgres")

/** All carts are aggregates of one store. */
export const STORE = { eventStoreId: "carts" }

/** A new table and the adapter over it, at its defaults. README: https://github.com/castore-dev/castore/tree/main/packages/event-storage-adapter-postgres */
export async function openStore(connectionString: string): Promise<PostgresEventStorageAdapter> {
  await adapter.PostgresEventStorageAdapter.createEventTable({
    connectionString,
    aggregateId: { type: "VARCHAR", length: 64 },
  })
  return new adapter.PostgresEventStorageAdapter({ connectionString })
}
