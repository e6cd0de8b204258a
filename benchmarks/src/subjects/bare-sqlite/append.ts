import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { grouped } from "../../harness/grouped.ts"
import { openLog } from "./open-log.ts"

/** Appends in groups, as many as are in flight: one durable transaction each. */
export function bareAppends(file: string): AppendTarget {
  const log = openLog(file)
  const append = grouped<Entry>((entries) =>
    log.commit(() => {
      for (const entry of entries)
        log.insert({ kind: "event", type: "item-added", stream: entry.stream, payload: entry })
      log.moveHead()
    }),
  )
  return {
    append,
    stored: () =>
      log.database
        .prepare("SELECT payload FROM millrace_messages ORDER BY position")
        .all()
        .map((row) => entryFrom(String(row["payload"]))),
    close: () => log.database.close(),
  }
}

function entryFrom(payload: string): Pick<Entry, "stream" | "number"> {
  const entry: { readonly stream: string; readonly number: number } = JSON.parse(payload)
  return entry
}
