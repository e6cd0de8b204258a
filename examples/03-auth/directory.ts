// Another service: three listeners, set up when it starts. Each is a consumer group of its own, which gets every event it is due.
import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Auth } from "./api.ts"

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({ service: "directory", processName: "directory-1", uses: [Auth], backend, logger })
const users = new Map<string, string>()

bus.onStart(() => {
  bus.auth.userCreated.listen(({ username, email }) => keep(username, email), { listenerName: "user_created" })
  bus.auth.userUpdated.listen(({ username, newEmail }) => keep(username, newEmail), { listenerName: "user_updated" })
  bus.auth.userDeleted.listen(({ username }) => drop(username), { listenerName: "user_deleted" })
  say("listens")
})

await bus.run()
await bus.close()

function keep(username: string, email: string): void {
  users.set(username, email)
  show()
}

function drop(username: string): void {
  users.delete(username)
  show()
}

function show(): void {
  say(JSON.stringify(Object.fromEntries(users)))
}
