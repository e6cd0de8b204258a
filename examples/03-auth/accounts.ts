// The service that owns `auth`, and so the only one that may fire its events. What it is told on its standard input it does:
// `create adam adam@example.com`, `update adam adam@new.example`, `delete adam`.
import { createInterface } from "node:readline"

import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Auth } from "./api.ts"

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({ service: "accounts", processName: "accounts-1", apis: [Auth], backend, logger })

for await (const line of createInterface({ input: process.stdin })) {
  const [what, username = "", email = ""] = line.split(" ")
  if (what === "create") await bus.auth.userCreated.fire({ username, email })
  if (what === "update") await bus.auth.userUpdated.fire({ username, newEmail: email })
  if (what === "delete") await bus.auth.userDeleted.fire({ username })
  // The event is stored now. Who listens, and whether anybody does, is not known here.
  say(`fired: ${line}`)
}
await bus.close()
