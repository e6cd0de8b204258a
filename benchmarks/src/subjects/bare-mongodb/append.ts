import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { groupedAsync } from "../../harness/grouped-async.ts"
import { inTurn } from "../../harness/in-turn.ts"
import { isEntry } from "../../harness/is-entry.ts"
import { type BareLog, inChain, openLog } from "./open-log.ts"

/** Appends in groups, one in flight, as many as have come in meanwhile: one document each. */
export async function bareAppends(url: string): Promise<AppendTarget> {
  const log = await openLog(url)
  const append = groupedAsync<Entry>((entries) => log.append(entries.map(messageOf)))
  return { append, stored: () => storedIn(log), close: () => log.close() }
}

/** One document for each message, one after another: what a log with dense positions costs without groups. */
export async function oneByOneAppends(url: string): Promise<AppendTarget> {
  const log = await openLog(url)
  const takeTurn = inTurn()
  return {
    append: (entry) => takeTurn(() => log.append([messageOf(entry)])),
    stored: () => storedIn(log),
    close: () => log.close(),
  }
}

function messageOf(entry: Entry) {
  return { type: "item-added", stream: entry.stream, payload: entry }
}

/** Every entry, in log order. */
export async function storedIn({ commits }: BareLog): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for await (const { messages } of commits.find(inChain).sort({ _id: 1 })) {
    for (const { payload } of messages) {
      const entry: unknown = JSON.parse(payload)
      if (isEntry(entry)) entries.push(entry)
    }
  }
  return entries
}
