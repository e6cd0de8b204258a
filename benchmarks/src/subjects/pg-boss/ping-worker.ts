// A worker in a process of its own: `ping-worker.ts <url>`. Tells its parent the moment at which its handler sees each ping.
import { PgBoss } from "pg-boss"

import { idOf } from "../../harness/idle-latency.ts"

const [url] = process.argv.slice(2)
if (url === undefined) throw new Error("usage: ping-worker.ts <url>")
const boss = new PgBoss({ connectionString: url, useListenNotify: true })
boss.on("error", (error) => console.error("pg-boss:", error))
await boss.start()
await boss.work("pings", {}, async (jobs) => {
  for (const { data } of jobs) process.send?.({ id: idOf(data), seenAt: String(process.hrtime.bigint()) })
})
process.send?.("ready")
process.once("disconnect", () => void boss.stop({ graceful: false }))
