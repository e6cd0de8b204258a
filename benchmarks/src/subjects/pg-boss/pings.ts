import { join } from "node:path"

import { PgBoss } from "pg-boss"

import type { PingTarget } from "../../harness/idle-latency.ts"

/** Pings are jobs of a queue that notifies its workers: `useListenNotify` and `notify`, see https://pgboss.io/api/constructor. */
export async function pgBossPings(url: string): Promise<PingTarget> {
  const boss = new PgBoss({ connectionString: url, useListenNotify: true })
  boss.on("error", (error) => console.error("pg-boss:", error))
  await boss.start()
  await boss.createQueue("pings", { notify: true })
  return {
    worker: { file: join(import.meta.dirname, "ping-worker.ts"), words: [url] },
    async send(ping) {
      await boss.insert("pings", [{ data: { id: String(ping) } }])
      return String(ping)
    },
    close: () => boss.stop({ graceful: false }),
  }
}
