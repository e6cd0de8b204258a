import { setTimeout } from "node:timers/promises"

import { Client } from "pg"
import { PgBoss } from "pg-boss"

import { isEntry } from "../../harness/is-entry.ts"
import type { Handle, WorkTarget } from "../../harness/work-load.ts"

const QUEUE = "entries"
/** How often the table is looked at, once all jobs have run. */
const LOOK_MS = 2

/**
 * Large batches fetched without a pause while they come full, several workers at once: https://pgboss.io/api/workers (its defaults are one job every two
 * seconds). Outcomes are settled per job. `ordered`: the queue's policy `key_strict_fifo` (https://pgboss.io/api/queues), which fetches one job of a
 * key at a time. A failed job is tried again at once (`retryDelay` 0, the default).
 */
export async function pgBossWork(url: string, ordered: boolean): Promise<WorkTarget> {
  const boss = new PgBoss({ connectionString: url })
  boss.on("error", (error) => console.error("pg-boss:", error))
  await boss.start()
  await boss.createQueue(QUEUE, ordered ? { policy: "key_strict_fifo" } : {})
  const client = new Client(url)
  await client.connect()
  return {
    async fill(entries) {
      await boss.insert(
        QUEUE,
        entries.map((entry) => ({ data: entry, ...(ordered ? { singletonKey: entry.stream } : {}) })),
      )
    },
    async start(handle) {
      // A batch of ordered keys is full at 50: more would end the burst, as a fetch that comes back short does.
      const options = ordered
        ? { batchSize: 25, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }
        : { batchSize: 1_000, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }
      await boss.work(QUEUE, { ...options, perJobResults: true }, (jobs) =>
        Promise.all(jobs.map(async ({ id, data }) => ({ id, status: await outcomeOf(handle, data) }))),
      )
    },
    async settled() {
      for (;;) {
        const { rows } = await client.query("SELECT FROM pgboss.job WHERE name = $1 AND state < 'completed' LIMIT 1", [
          QUEUE,
        ])
        if (rows.length === 0) return
        await setTimeout(LOOK_MS)
      }
    },
    async close() {
      await boss.stop({ graceful: false })
      await client.end()
    },
  }
}

async function outcomeOf(handle: Handle, data: unknown): Promise<"completed" | "failed"> {
  if (!isEntry(data)) throw new TypeError("a job that is no entry")
  try {
    await handle(data)
    return "completed"
  } catch {
    return "failed"
  }
}
