import { join } from "node:path"

import { Logger, makeWorkerUtils } from "graphile-worker"

import type { PingTarget } from "../../harness/idle-latency.ts"

/** Pings are jobs. */
export async function graphilePings(url: string): Promise<PingTarget> {
  const jobs = await makeWorkerUtils({ connectionString: url, logger: new Logger(() => () => {}) })
  await jobs.migrate()
  return {
    worker: { file: join(import.meta.dirname, "ping-worker.ts"), words: [url] },
    async send(ping) {
      await jobs.addJobs([{ identifier: "ping", payload: { id: String(ping) } }])
      return String(ping)
    },
    close: () => jobs.release(),
  }
}
