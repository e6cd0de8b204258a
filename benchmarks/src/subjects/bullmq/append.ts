import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { groupedAsync } from "../../harness/grouped-async.ts"
import { openQueue } from "./open-queue.ts"

const PAGE = 1_000
const NAME = "item-added"

/** Adds one job a call: by `add`, or all that callers hand in while an `addBulk` is away in the next one. */
export async function bullmqAppends(url: string, by: "add" | "addBulk"): Promise<AppendTarget> {
  const queue = await openQueue<Entry>(url)
  const addBulk = groupedAsync<Entry>(async (entries) => {
    await queue.addBulk(entries.map((data) => ({ name: NAME, data })))
  })
  return {
    append: by === "add" ? (entry) => queue.add(NAME, entry) : addBulk,
    async stored() {
      const all: Entry[] = []
      for (;;) {
        const jobs = await queue.getWaiting(all.length, all.length + PAGE - 1)
        all.push(...jobs.map(({ data }) => data))
        if (jobs.length < PAGE) return all
      }
    },
    close: () => queue.close(),
  }
}
