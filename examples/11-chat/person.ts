// A person: says what comes on standard input (`room: text`), and shows what is said. Each is a service of its own, so each hears everything, also what
// was said while they were away.
import { createInterface } from "node:readline"

import { createBus } from "@millrace/bus"
import { logger, say } from "@millrace/example-stage"

import { Chat } from "./api.ts"

const [backend = "", name = ""] = process.argv.slice(2)
const bus = await createBus({ service: name, processName: `${name}-1`, apis: [Chat], backend, logger })

bus.listen(
  [bus.chat.said, bus.chat.warned],
  (_payload, event) => {
    if (event.type === "chat.said") say(`[${event.payload.room}] ${event.payload.author}: ${event.payload.text}`)
    else say(`[${event.payload.room}] ${event.payload.author}, we do not say "${event.payload.word}" here`)
  },
  { listenerName: "screen" },
)

createInterface({ input: process.stdin }).on("line", (line) => {
  const [room = "", text = ""] = line.split(": ")
  void bus.chat.said.fire({ room, author: name, text }, { key: room })
})

bus.onStart(() => say("is here"))
await bus.run()
await bus.close()
process.stdin.destroy()
