// Listens to every room, and fires in answer. The warning is stored with the acknowledgement of what it answers: once, whatever crashes.
import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Chat } from "./api.ts"

const WORDS = ["darn"]

const [backend = ""] = process.argv.slice(2)
const bus = await createBus({ service: "moderator", processName: "moderator-1", apis: [Chat], backend, logger })

bus.chat.said.listen(
  async ({ room, author, text }) => {
    const word = WORDS.find((one) => text.includes(one))
    if (word !== undefined) await bus.chat.warned.fire({ room, author, word }, { key: room })
  },
  { listenerName: "warn" },
)

bus.onStart(() => say("is here"))
await bus.run()
await bus.close()
