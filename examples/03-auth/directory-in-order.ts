// The same with one listener for the three events. Groups do not wait for one another: with three of them, a user may be deleted before they were
// created. One group handles the API's events in the order in which they were fired.
import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Auth } from "./api.ts"

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({ service: "directory", processName: "directory-2", uses: [Auth], backend, logger })
const users = new Map<string, string>()
const { userCreated, userUpdated, userDeleted } = bus.auth

bus.listen(
  [userCreated, userUpdated, userDeleted],
  (_payload, event) => {
    if (event.type === "auth.user_created") users.set(event.payload.username, event.payload.email)
    if (event.type === "auth.user_updated") users.set(event.payload.username, event.payload.newEmail)
    if (event.type === "auth.user_deleted") users.delete(event.payload.username)
    say(JSON.stringify(Object.fromEntries(users)))
  },
  { listenerName: "users" },
)
bus.onStart(() => say("listens, from the beginning of the log"))

await bus.run()
await bus.close()
