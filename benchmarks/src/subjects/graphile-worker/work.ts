import { setTimeout } from "node:timers/promises"

import { Logger, makeWorkerUtils, run } from "graphile-worker"
import { Client } from "pg"

import { isEntry } from "../../harness/is-entry.ts"
import type { WorkTarget } from "../../harness/work-load.ts"

/**
 * `defaults`: one job at a time, each fetched and completed by itself. `tuned`: what https://worker.graphile.org/docs/performance shows as its fastest.
 * `concurrent`: the defaults, but as many jobs at a time as there are keys. It is the fastest for queues by key: the local queue of `tuned` fetches one job of
 * each key and then waits for the next poll, every two seconds.
 */
export type Setup = "defaults" | "tuned" | "concurrent"

const setups = {
  defaults: {},
  tuned: {
    concurrentJobs: 24,
    maxPoolSize: 25,
    localQueue: { size: 500 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
  concurrent: { concurrentJobs: 50, maxPoolSize: 52 },
} as const

/** How often the table is looked at, once all jobs have run. */
const LOOK_MS = 2
const silent = new Logger(() => () => {})

export interface GraphileOptions {
  readonly setup: Setup
  /** Whether the jobs of a key go to a queue of its own, which runs them one after another. */
  readonly ordered: boolean
}

/** Jobs are added in batches by `addJobs`; one runner works. A job that fails waits `exp(attempts)` seconds: that is not an option. */
export async function graphileWork(url: string, { setup, ordered }: GraphileOptions): Promise<WorkTarget> {
  const utils = await makeWorkerUtils({ connectionString: url, logger: silent })
  await utils.migrate()
  const client = new Client(url)
  await client.connect()
  let stop = async (): Promise<void> => {}
  return {
    async fill(entries) {
      await utils.addJobs(
        entries.map((entry) => ({
          identifier: "entry",
          payload: entry,
          ...(ordered ? { queueName: entry.stream } : {}),
        })),
      )
    },
    async start(handle) {
      const runner = await run({
        preset: { worker: { ...setups[setup], connectionString: url, logger: silent } },
        noHandleSignals: true,
        taskList: {
          entry: (payload) => {
            if (!isEntry(payload)) throw new TypeError("a job that is no entry")
            return handle(payload)
          },
        },
      })
      stop = () => runner.stop()
    },
    async settled() {
      for (;;) {
        const { rows } = await client.query("SELECT FROM graphile_worker.jobs LIMIT 1")
        if (rows.length === 0) return
        await setTimeout(LOOK_MS)
      }
    },
    async close() {
      await stop()
      await utils.release()
      await client.end()
    },
  }
}
