// A worker of a fleet as a process of its own: says on its standard output what it does, line by line. Given a `pauseAt`, it stops itself, as SIGSTOP from
// anywhere would, with that settle of effects in hand: all is decided, nothing is written yet.
import { createApp, silentLogger } from "@millrace/core"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { effectsIn } from "./effects-in.ts"
import { fleetReactors, fleetStrategy } from "./fleet-reactors.ts"
import { openUrl } from "./open-url.ts"

const [storage = "", url = "", processName = "", leaseMs = "", pauseAt = "0"] = process.argv.slice(2)

const say = (event: string, facts: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ event, processName, ...facts })}\n`)
}

const tested = backends.find(({ name }) => name === storage)
if (tested === undefined) throw new Error(`there is no storage ${storage}`)
const opened = await openUrl(storage, url)

let settles = 0
let inHand: unknown
const backend = interceptBackend(opened, async ({ method, args, run }) => {
  const streams = method === "settle" ? effectsIn(args[0], "effects") : []
  if (streams.length === 0) return run()
  settles += 1
  if (settles === Number(pauseAt)) {
    inHand = args[0]
    say("paused", { streams })
    process.kill(process.pid, "SIGSTOP")
  }
  const settled: unknown = await run()
  // The same one as often as it is repeated: its first answer may be that the server is away.
  if (args[0] === inHand) say("resumed", { streams, settled })
  return settled
})

const app = await createApp({
  backend,
  reactors: fleetReactors(tested, {
    tx: opened.capabilities.tx,
    handle: ({ streamId, version }) => say("handled", { streamId, version }),
  }),
  errorStrategy: fleetStrategy,
  logger: silentLogger,
  limits: { leaseMs: Number(leaseMs), sliceBudgetMs: 200, pollMs: 200 },
})
const run = app.run({ processName, concurrency: 4 })
say("running")
await run
await app.close()
await opened.close()
say("ended")
