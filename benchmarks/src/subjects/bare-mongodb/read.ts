import { isEntry } from "../../harness/is-entry.ts"
import type { ReadTarget } from "../../harness/read-load.ts"
import { inChain, openClient, openLog } from "./open-log.ts"

/** Appends that share one document, as they come from busy callers. */
const GROUP = 64

/** Reads the commits by the driver's cursor, and parses each payload. */
export async function bareReading(url: string): Promise<ReadTarget> {
  const log = await openLog(url)
  return {
    async fill(entries) {
      for (let at = 0; at < entries.length; at += GROUP) {
        const group = entries.slice(at, at + GROUP)
        await log.append(group.map((entry) => ({ type: "item-added", stream: entry.stream, payload: entry })))
      }
    },
    async reopen() {
      const fresh = openClient(url)
      await fresh.commits.findOne({ _id: 1 })
      return {
        async read(onEntry) {
          const cursor = fresh.commits.find(inChain, { projection: { messages: 1 } }).sort({ _id: 1 })
          for await (const { messages } of cursor) {
            for (const { payload } of messages) {
              const entry: unknown = JSON.parse(payload)
              if (isEntry(entry)) onEntry(entry)
            }
          }
        },
        close: fresh.close,
      }
    },
    close: () => log.close(),
  }
}
