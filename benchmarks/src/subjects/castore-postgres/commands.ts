import type { CommandTarget } from "../../harness/command-load.ts"
import { openStore, STORE } from "./open-store.ts"
import { storedOf } from "./stored-of.ts"

/** Commands as its documentation writes them: `getEvents`, the fold of them, and `pushEvent` with the next version. */
export async function castoreCommands(url: string): Promise<CommandTarget> {
  const store = await openStore(url)
  return {
    async prepare(entries) {
      for (const entry of entries) {
        const event = { aggregateId: entry.stream, version: entry.number, type: "item-added", payload: { ...entry } }
        await store.pushEvent(event, STORE)
      }
    },
    async append(entry) {
      const { events } = await store.getEvents(entry.stream, STORE)
      const cart = events.reduce(({ items }) => ({ items: items + 1 }), { items: 0 })
      const payload = { ...entry, number: cart.items + 1 }
      const version = events.length + 1
      await store.pushEvent({ aggregateId: entry.stream, version, type: "item-added", payload }, STORE)
    },
    stored: () => storedOf(url),
    close() {},
  }
}
