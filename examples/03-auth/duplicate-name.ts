// Two listeners of one service can not have one name on one API: they would be one group, and each would get only some of the events.
import { createBus, DuplicateListenerName } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Auth } from "./api.ts"

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({ service: "directory", processName: "directory-3", uses: [Auth], backend, logger })

bus.auth.userCreated.listen(() => {}, { listenerName: "users" })
try {
  bus.auth.userDeleted.listen(() => {}, { listenerName: "users" })
} catch (error) {
  if (!(error instanceof DuplicateListenerName)) throw error
  say(`${error.name}: ${error.message}`)
}
await bus.close()
