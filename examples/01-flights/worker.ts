// A worker as a process of its own. Arguments: the URL of the log and the name to work under.
import { createApp } from "@millrace/core"

import * as reactors from "./reactors.ts"

const [backend, processName] = process.argv.slice(2)
if (backend === undefined || processName === undefined) throw new Error("worker.ts <url> <name>")

// Whoever started it is gone: there is nobody left to work for.
const orphaned = new AbortController()
process.once("disconnect", () => orphaned.abort())

const app = await createApp({ backend, reactors, processName })
await app.run({ signal: orphaned.signal })
await app.close()
if (process.connected) process.disconnect()
