import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql"

import type { AppendTarget } from "../../harness/append-load.ts"
import { storedOf } from "./stored-of.ts"

/**
 * Appends through the event store at its defaults: a pool of connections, one call of its `emt_append_to_stream` for each append.
 * Guide: https://event-driven-io.github.io/emmett/getting-started.html
 */
export async function emmettAppends(url: string): Promise<AppendTarget> {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  return {
    append: (entry) => store.appendToStream(entry.stream, [{ type: "item-added", data: entry }]),
    stored: () => storedOf(url, "item-added"),
    close: () => store.close(),
  }
}
