// A worker in a process of its own, at its defaults: `ping-worker.ts <url>`. Tells its parent the moment at which its task sees each ping.
import { Logger, run } from "graphile-worker"

import { idOf } from "../../harness/idle-latency.ts"

const [url] = process.argv.slice(2)
if (url === undefined) throw new Error("usage: ping-worker.ts <url>")
const runner = await run({
  preset: { worker: { connectionString: url, logger: new Logger(() => () => {}) } },
  noHandleSignals: true,
  taskList: {
    ping: (payload) => void process.send?.({ id: idOf(payload), seenAt: String(process.hrtime.bigint()) }),
  },
})
process.send?.("ready")
process.once("disconnect", () => void runner.stop())
