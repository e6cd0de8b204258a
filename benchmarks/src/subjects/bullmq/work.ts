import { setTimeout } from "node:timers/promises"

import { Worker } from "bullmq"

import type { Entry } from "../../harness/append-load.ts"
import type { WorkTarget } from "../../harness/work-load.ts"
import { connectionTo, openQueue, QUEUE } from "./open-queue.ts"

/** How often the queue is looked at, once all jobs have run. */
const LOOK_MS = 2
const ATTEMPTS = 4

/**
 * Jobs are added by `addBulk`; one worker with `concurrency` works, all else at its defaults. A job that fails is tried again at once (no `backoff`,
 * the default). Order per key is not in the free product: keys are left to chance.
 */
export async function bullmqWork(url: string, concurrency: number): Promise<WorkTarget> {
  const queue = await openQueue<Entry>(url)
  let worker: Worker<Entry> | undefined
  return {
    async fill(entries) {
      await queue.addBulk(entries.map((data) => ({ name: "entry", data, opts: { attempts: ATTEMPTS } })))
    },
    async start(handle) {
      worker = new Worker<Entry>(QUEUE, async ({ data }) => handle(data), {
        connection: connectionTo(url),
        concurrency,
      })
      worker.on("error", (error) => console.error("bullmq:", error))
      await worker.waitUntilReady()
    },
    async settled() {
      while ((await queue.getJobCountByTypes("waiting", "active", "delayed")) > 0) await setTimeout(LOOK_MS)
    },
    async close() {
      await worker?.close()
      await queue.close()
    },
  }
}
