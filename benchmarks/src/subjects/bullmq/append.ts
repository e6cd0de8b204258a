import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { groupedAsync } from "../../harness/grouped-async.ts"
import { openQueue } from "./open-queue.ts"

const PAGE = 1_000
const NAME = "item-added"

/** Adds a job for each entry: by `add`, by an `addBulk` of its own, or (`grouped`) all that came in while an `addBulk` was away in the next one. */
export async function bullmqAppends(url: string, by: "add" | "addBulk" | "addBulk grouped"): Promise<AppendTarget> {
  const queue = await openQueue<Entry>(url)
  const addBulk = async (entries: readonly Entry[]): Promise<void> => {
    await queue.addBulk(entries.map((data) => ({ name: NAME, data })))
  }
  const ways = {
    add: (entry: Entry) => queue.add(NAME, entry),
    addBulk: (entry: Entry) => addBulk([entry]),
    "addBulk grouped": groupedAsync(addBulk),
  }
  return {
    append: ways[by],
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
