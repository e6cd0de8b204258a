// A service whose mail server may be down. Its two listeners differ in what an error means.
import { createBus, OnError } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Auth } from "./api.ts"

/** How long an event that nobody acknowledged waits until it is tried again. */
const ACKNOWLEDGEMENT_TIMEOUT_MS = 500

const [backend = "", onError = "shutdown", mailServer = "down"] = process.argv.slice(2)
const bus = await createBus({
  service: `welcome-${onError}`,
  processName: "welcome-1",
  uses: [Auth],
  acknowledgementTimeoutMs: ACKNOWLEDGEMENT_TIMEOUT_MS,
  backend,
  logger,
})

bus.auth.userCreated.listen(
  ({ username, email }) => {
    if (mailServer === "down" && username === "adam") throw new Error(`no mail to ${email}: the server is down`)
    say(`mail to ${email}`)
  },
  {
    listenerName: "send",
    // SHUTDOWN is the default; it is written here to be seen.
    onError: onError === "shutdown" ? OnError.SHUTDOWN : OnError.ACKNOWLEDGE_AND_LOG,
  },
)

try {
  await bus.run()
} catch (error) {
  say(error instanceof Error ? error.message.replace(/\(event .*?\)/, "(event …)") : String(error))
  process.exitCode = 1
}
await bus.close()
