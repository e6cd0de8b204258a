import { type EventStore, getSQLiteEventStore, SQLiteConnectionPool } from "@event-driven-io/emmett-sqlite"

/**
 * How the store is set up. `documented`: a file name, as its README shows; every call opens a connection of its own.
 * `tuned`: one connection is kept open and shared (`connectionOptions.singleton`).
 */
export type Setup = "documented" | "tuned"

/** An open store. Its callers must take turns: with two appends in flight the documented set-up fails (`cannot rollback`), and the tuned one resolves appends before they are committed. */
export interface OpenStore {
  readonly store: EventStore
  close(): void
}

export async function openStore(fileName: string, setup: Setup): Promise<OpenStore> {
  // Held open in both set-ups: otherwise each call is the last connection to close, and removes the write-ahead log.
  const held = await SQLiteConnectionPool({ fileName }).connection()
  await held.command("PRAGMA journal_mode = WAL") // waits for the switch that a new connection only starts
  const store = getSQLiteEventStore({
    fileName,
    ...(setup === "tuned" ? { connectionOptions: { singleton: true as const, connection: held } } : {}),
  })
  await store.schema.migrate()
  return { store, close: () => held.close() }
}
