// One worker process: `node worker.ts <URL> <name>`. Start as many as there is work for: all they have in common is the storage.
import { createApp } from "@millrace/core"
import { logger, say } from "@millrace/example-stage"

import { carry } from "./parcels.ts"

/** How many doors a process serves at a time. */
const CONCURRENCY = 4

const [backend = "", processName = ""] = process.argv.slice(2)
const app = await createApp({ backend, processName, reactors: [carry(processName)], logger })
say("works")
await app.run({ concurrency: CONCURRENCY })
await app.close()
