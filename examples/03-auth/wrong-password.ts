// The call that the documents of Lightbus show: `password` where the event has `email`. Written down, it does not compile: see test/types/refused. What
// gets past the compiler is refused by `fire`.
import { createBus } from "@millrace/bus"
import { InvalidPayload } from "@millrace/core"
import { logger, say } from "@millrace/example-stage"

import { Auth } from "./api.ts"

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({ service: "accounts", processName: "accounts-2", apis: [Auth], backend, logger })

try {
  const { userCreated } = bus.auth
  const fire: unknown = Reflect.get(userCreated, "fire")
  if (typeof fire === "function")
    await Reflect.apply(fire, userCreated, [{ username: "adam", password: "adam@example.com" }])
} catch (error) {
  if (!(error instanceof InvalidPayload)) throw error
  for (const { path, message } of error.errors) say(`refused: ${path}: ${message}`)
}
const stored = await bus.app.readStream("auth")
say(`stored: ${stored.length} events`)
await bus.close()
