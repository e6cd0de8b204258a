import { isEntry } from "../../harness/is-entry.ts"
import type { WorkTarget } from "../../harness/work-load.ts"
import { openLog } from "./open-log.ts"

/** Appends that share one document, and the most commits of one slice. */
const GROUP = 64
const COMMITS_PER_SLICE = 16

/** Reads slices of the log, hands on each entry, and moves one checkpoint: no lease, no partitions, no second worker. */
export async function bareWork(url: string): Promise<WorkTarget> {
  const log = await openLog(url)
  let filled = 0
  let working: Promise<void> = Promise.resolve()
  return {
    async fill(entries) {
      filled += entries.length
      for (let at = 0; at < entries.length; at += GROUP) {
        const group = entries.slice(at, at + GROUP)
        await log.append(group.map((entry) => ({ type: "item-added", stream: entry.stream, payload: entry })))
      }
    },
    async start(handle) {
      const work = async (): Promise<void> => {
        for (let done = 0; done < filled;) {
          const slice = await log.commits
            .find({ _id: { $gt: done } }, { projection: { n: 1, messages: 1 } })
            .sort({ _id: 1 })
            .limit(COMMITS_PER_SLICE)
            .toArray()
          for (const { messages } of slice) {
            for (const { payload } of messages) {
              const entry: unknown = JSON.parse(payload)
              if (isEntry(entry)) await handle(entry)
            }
          }
          done += slice.reduce((sum, { n }) => sum + n, 0)
          await log.checkpoints.updateOne({ _id: "workers" }, { $set: { position: done } }, { upsert: true })
        }
      }
      working = work()
    },
    settled: () => working,
    close: () => log.close(),
  }
}
