// A process of a soak. Arguments: the URL of the log, its name, `writer`, `worker`, `both` or `operator`, and the faults that are planted in it. Asked and answering by messages.
import { createApp } from "@millrace/core"
import * as Schema from "effect/Schema"

import { quietLogger } from "../../fleet/quiet-logger.ts"
import { surely } from "../../fleet/surely.ts"
import { untilOrphaned } from "../../fleet/until-orphaned.ts"
import { bookNames } from "../mill/books.ts"
import { plantsIn } from "../mill/plant.ts"
import { projections, reactorsOf } from "../mill/reactors.ts"
import { Ask } from "./asks.ts"
import { latencies } from "./latencies.ts"
import { createSender } from "./sender.ts"

const [backend = "", processName = "", role = "", plants = ""] = process.argv.slice(2)

const decodeAsk = Schema.decodeUnknownSync(Schema.Struct({ number: Schema.Int, ask: Ask }))
const stored = latencies()
const handled = latencies()
const works = role === "worker" || role === "both"
const orphaned = untilOrphaned()
const open = () =>
  createApp({
    backend,
    reactors: works || role === "operator" ? reactorsOf((at) => handled.since(at), plantsIn(plants)) : [],
    processName,
    logger: quietLogger,
  })
const app = await surely(open, orphaned)
if (works) await app.start({ concurrency: 4 })
const sender = createSender(app, stored)
orphaned.addEventListener("abort", () => process.exit(1))

process.on("message", (received: unknown) => {
  const { number, ask } = decodeAsk(received)
  answer(ask).then(
    (said) => process.send?.({ number, said }),
    (error: unknown) => process.send?.({ number, failed: error instanceof Error ? error.message : String(error) }),
  )
})
process.send?.({ number: 0, said: "ready" })

async function answer(ask: Ask): Promise<unknown> {
  switch (ask.ask) {
    case "closed":
      await sender.closed(ask)
      return { orders: sender.acknowledged, failed: sender.failed }
    case "steady":
      await sender.steady(ask)
      return { orders: sender.acknowledged, failed: sender.failed }
    case "look":
      return look(ask.collect)
    case "stats":
      return stats()
    case "trim": {
      const { head, groups } = await app.stats()
      // What waits lies at the end of the log, and says nothing of how many events actors have there.
      const upto = head - ask.keep - groups.reduce((sum, { lag }) => sum + lag, 0)
      return { removed: upto > 0 ? (await app.trim(upto)).removed : 0 }
    }
    case "books":
      return Promise.all(
        projections.map(async (projection, at) => {
          const list = await app.projection(projection).list()
          return [bookNames[at], list.map(({ id, state }) => [id, state])]
        }),
      )
    case "stop":
      await app.close()
      setImmediate(() => process.disconnect())
      return "gone"
  }
}

function look(collect: boolean) {
  if (collect) globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: collect ? heapUsed + external : null, stored: stored.take(), handled: handled.take() }
}

async function stats() {
  const { head, messages, schedules, groups } = await app.stats()
  return {
    head,
    messages,
    schedules,
    lag: groups.map(({ group, lag }) => [group, lag]),
    retrying: groups.reduce((sum, { retrying }) => sum + retrying, 0),
    parked: groups.reduce((sum, { parked }) => sum + parked, 0),
    stopped: groups.flatMap(({ group, stopped }) =>
      stopped === undefined ? [] : [`${group}: ${stopped.reason} ${stopped.error ?? ""}`],
    ),
  }
}
