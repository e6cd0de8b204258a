import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"
import type { WorkTarget } from "../../harness/work-load.ts"

const appends = (name: string, by: "add" | "addBulk" | "addBulk grouped"): Contender<AppendTarget> => ({
  name,
  peer: "bullmq",
  open: async ({ url }) => (await import("./append.ts")).bullmqAppends(url, by),
})

const work = (concurrency: number): Contender<WorkTarget> => ({
  name: "bullmq",
  peer: "bullmq",
  open: async ({ url }) => (await import("./work.ts")).bullmqWork(url, concurrency),
})

/** BullMQ: see the README on its set-ups. */
export const bullmq = {
  add: appends("bullmq-add", "add"),
  addBulk: appends("bullmq-add-bulk", "addBulk"),
  addBulkGrouped: appends("bullmq-add-bulk-grouped", "addBulk grouped"),
  work: work(16),
  /** As many jobs at a time as there are keys, and in no promised order. */
  unordered: work(50),
}
