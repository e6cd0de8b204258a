import { CommandHandler } from "@event-driven-io/emmett"
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql"

import type { CommandTarget } from "../../harness/command-load.ts"
import { storedOf } from "./stored-of.ts"

const decide = CommandHandler<{ readonly items: number }>({
  initialState: () => ({ items: 0 }),
  evolve: (cart, event) => (event.type === "item-added" ? { items: cart.items + 1 } : cart),
})

/** Commands through its `CommandHandler`: load the stream, fold it, decide, append at the version read. */
export async function emmettCommands(url: string): Promise<CommandTarget> {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  return {
    async prepare(entries) {
      const [first] = entries
      if (first === undefined) return
      await store.appendToStream(
        first.stream,
        entries.map((entry) => ({ type: "item-added", data: entry })),
      )
    },
    append: (entry) =>
      decide(store, entry.stream, ({ items }) => ({ type: "item-added", data: { ...entry, number: items + 1 } })),
    stored: () => storedOf(url, "item-added"),
    close: () => store.close(),
  }
}
