// A worker as a process of its own: copies notes of the log it is given. Says on its standard output when it runs, and when it begins to copy.
//   copier-process.ts <url> <process name> <lease, ms> <how long a copy takes, ms>
import { createApp, silentLogger } from "@millrace/core"

import { copier } from "./copier.ts"

const [url = "", processName = "", leaseMs = "30000", copyMs = "0"] = process.argv.slice(2)

const say = (what: string): void => void process.stdout.write(`${what}\n`)
const app = await createApp({
  backend: url,
  logger: silentLogger,
  reactors: [
    copier(async () => {
      if (copyMs === "0") return
      say("began")
      await new Promise((resolve) => void setTimeout(resolve, Number(copyMs)))
    }),
  ],
  limits: { leaseMs: Number(leaseMs) },
})
const run = app.run({ processName, concurrency: 2 })
say("running")
await run
await app.close()
