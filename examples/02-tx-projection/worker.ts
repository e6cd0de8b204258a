// A worker as a process of its own. Argument: the URL of the log.
import { createApp } from "@millrace/core"

import * as reactors from "./reactors.ts"

const app = await createApp({ backend: process.argv[2] ?? "", reactors, processName: "projecting" })
await app.run()
await app.close()
