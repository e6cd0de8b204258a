import { DatabaseSync } from "node:sqlite"

import type { AppendTarget } from "../../harness/append-load.ts"
import { inTurn } from "../../harness/in-turn.ts"
import { openStore, type Setup } from "./open-store.ts"
import { untilStored } from "./until-stored.ts"

/** Appends through the event store, one event a call. */
export async function emmettAppends(file: string, setup: Setup): Promise<AppendTarget> {
  const opened = await openStore(file, setup)
  const takeTurn = inTurn()
  return {
    append: (entry) =>
      takeTurn(() =>
        untilStored(() => opened.store.appendToStream(entry.stream, [{ type: "item-added", data: entry }])),
      ),
    stored: () => storedEntries(file),
    close: () => opened.close(),
  }
}

function storedEntries(file: string): { stream: string; number: number }[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database
      .prepare(
        "SELECT stream_id AS stream, json_extract(message_data, '$.number') AS number FROM emt_messages ORDER BY global_position",
      )
      .all()
      .map((row) => ({ stream: String(row["stream"]), number: Number(row["number"]) }))
  } finally {
    database.close()
  }
}
