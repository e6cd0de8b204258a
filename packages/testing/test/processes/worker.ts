// A worker as a process of its own: works on the log it is given, and says on its standard output what it does, line by line.
import { createApp, type ReactorMessage } from "@millrace/core"

import { quantityOf } from "../quantity-of.ts"
import { recorder } from "../recorder.ts"
import { ItemAdded } from "../shop.ts"

const [url = "", processName = "", leaseMs = "30000"] = process.argv.slice(2)

const say = (event: string, message?: ReactorMessage): void => {
  process.stdout.write(
    `${JSON.stringify({ event, processName, streamId: message?.streamId, version: message?.version })}\n`,
  )
}

const seen = recorder("seen", [ItemAdded], {
  // The quantity tells how long handling takes.
  async handle(message) {
    say("began", message)
    await new Promise((resolve) => void setTimeout(resolve, quantityOf(message.payload)))
    say("handled", message)
  },
})

const app = await createApp({ backend: url, reactors: [seen], limits: { leaseMs: Number(leaseMs), pollMs: 60_000 } })
const run = app.run({ processName, concurrency: 2 })
say("running")
await run
await app.close()
say("ended")
