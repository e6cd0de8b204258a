// A worker as a process of its own. Arguments: the URL of the log, the name to work under, the deployment, and the file that says what is mended.
import { createApp, type StopCause } from "@millrace/core"

import { LIMITS } from "../bank/limits.ts"
import { patient, reactorsOf } from "../bank/reactors.ts"
import { isDeployment } from "./is-deployment.ts"
import { quietLogger } from "./quiet-logger.ts"
import { surely } from "./surely.ts"
import { untilOrphaned } from "./until-orphaned.ts"

const [backend = "", processName = "", deployment = "", mended = ""] = process.argv.slice(2)
if (!isDeployment(deployment)) throw new Error("worker.ts <url> <name> old|new <file>")

const signal = untilOrphaned()
const open = () =>
  createApp({
    backend,
    reactors: reactorsOf(deployment, mended),
    processName,
    errorStrategy: patient,
    limits: LIMITS,
    logger: quietLogger,
  })
/** Works until it is told to go. The storage may be away at the moment of the start. */
async function work(): Promise<StopCause> {
  const app = await surely(open, signal)
  try {
    return await app.run({ signal, concurrency: 4 })
  } finally {
    await app.close()
  }
}
const cause = await surely(work, signal)
if (cause.kind === "ended") throw cause.error
if (process.connected) process.disconnect()
