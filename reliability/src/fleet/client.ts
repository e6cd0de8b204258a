// A client as a process of its own: writes to the log and says in its journal (its standard output) what it sends and what it is answered.
// Arguments: the URL of the log, its name, the seed of what it does, and how many accounts there are.
import { setTimeout as pause } from "node:timers/promises"

import { createApp, ScheduleInPast, VersionConflict } from "@millrace/core"

import { LIMITS } from "../bank/limits.ts"
import { createRandom } from "../random.ts"
import { type Deed, drawDeed } from "./deeds.ts"
import type { Entry } from "./journal.ts"
import { quietLogger } from "./quiet-logger.ts"
import { mayPass, surely } from "./surely.ts"
import { untilOrphaned } from "./until-orphaned.ts"

/** Deeds of a client at a time. */
const AT_ONCE = 2
const MOST_PAUSE_MS = 120
/** How often a deed is repeated, as it is, whose outcome nobody knows, before the client leaves it at that. */
const MOST_TRIES = 3

const [backend = "", name = "", seed = "", accounts = ""] = process.argv.slice(2)

const say = (entry: Entry): void => {
  process.stdout.write(`${JSON.stringify(entry)}\n`)
}

const orphaned = untilOrphaned()
let going = true
process.once("SIGTERM", () => (going = false))
orphaned.addEventListener("abort", () => (going = false))

const open = () => createApp({ backend, processName: name, limits: LIMITS, logger: quietLogger })
const app = await surely(open, orphaned)
say({ say: "ready", ids: [] })
await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => act(createRandom(Number(seed) * AT_ONCE + lane))))
await app.close()
if (process.connected) process.disconnect()

async function act(random: ReturnType<typeof createRandom>): Promise<void> {
  while (going) {
    await attempt(drawDeed(random, Number(accounts)))
    await pause(random.below(MOST_PAUSE_MS))
  }
}

/** Does one deed; the same with the same ids again while its outcome is unknown. */
async function attempt(deed: Deed): Promise<void> {
  let ids: readonly string[] = []
  for (let tries = 1; going; tries += 1) {
    try {
      const prepared = await deed(app)
      ids = prepared.ids
      say({ say: "sent", ids })
      deed = async () => prepared
      await prepared.send()
      say({ say: "stored", ids })
      return
    } catch (error) {
      if (error instanceof VersionConflict) return say({ say: "refused", ids, why: "conflict" })
      // Its time came while it was sent again and again.
      if (error instanceof ScheduleInPast) return
      if (!mayPass(error)) throw error
      if (tries === MOST_TRIES) return
    }
  }
}
