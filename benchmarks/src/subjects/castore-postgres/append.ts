import type { AppendTarget } from "../../harness/append-load.ts"
import { openStore, STORE } from "./open-store.ts"
import { storedOf } from "./stored-of.ts"

/** Appends by `pushEvent`: each with the version that its caller knows to be next, checked by the table's unique index. */
export async function castoreAppends(url: string): Promise<AppendTarget> {
  const store = await openStore(url)
  return {
    append: (entry) =>
      store.pushEvent(
        { aggregateId: entry.stream, version: entry.number, type: "item-added", payload: { ...entry } },
        STORE,
      ),
    stored: () => storedOf(url),
    // It has no way to close its connections: the round's process ends them.
    close() {},
  }
}
