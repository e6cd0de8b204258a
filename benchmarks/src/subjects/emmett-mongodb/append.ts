import { getMongoDBEventStore } from "@event-driven-io/emmett-mongodb"

import type { AppendTarget, Entry } from "../../harness/append-load.ts"

/**
 * Appends through the event store at its defaults: each stream is one document that grows with each append.
 * Guide: https://event-driven-io.github.io/emmett/getting-started.html
 */
export async function emmettAppends(url: string): Promise<AppendTarget> {
  const store = getMongoDBEventStore({ connectionString: url })
  const streams = new Set<string>()
  return {
    append(entry) {
      streams.add(entry.stream)
      return store.appendToStream(nameOf(entry.stream), [{ type: "item-added", data: entry }])
    },
    async stored() {
      const all: Pick<Entry, "stream" | "number">[] = []
      for (const stream of streams) {
        const { events } = await store.readStream(nameOf(stream))
        for (const { data } of events) if (isEntry(data)) all.push(data)
      }
      return all
    },
    close: () => store.close(),
  }
}

/** Its streams have a type and an id: `cart:7`. */
function nameOf(stream: string): string {
  return stream.replace("-", ":")
}

function isEntry(data: object): data is Pick<Entry, "stream" | "number"> {
  return "stream" in data && "number" in data
}
