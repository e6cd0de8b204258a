import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { groupedAsync } from "../../harness/grouped-async.ts"
import { openLog } from "./open-log.ts"
import { storedOf } from "./stored-of.ts"

/** Appends in groups, one in flight, as many as have come in meanwhile. A lone caller's append is a group of one: one statement, one transaction. */
export async function bareAppends(url: string): Promise<AppendTarget> {
  const log = await openLog(url)
  return {
    append: groupedAsync<Entry>(async (entries) => {
      await log.append(
        entries.map((entry) => ({ kind: "event", type: "item-added", stream: entry.stream, payload: entry })),
      )
    }),
    stored: () => storedOf(log, "item-added"),
    close: () => log.close(),
  }
}
