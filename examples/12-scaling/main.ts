// Carries the same parcels with as many processes as asked for: `npm start -- --workers 3`, `--parcels 5000`, `--backend <URL of an empty storage>`.
import { parseArgs } from "node:util"

import { type App, createApp, silentLogger } from "@millrace/core"
import { openStage, say } from "@millrace/example-stage"

import { ParcelCarried, ParcelPosted } from "./parcels.ts"

const DOORS = 60

/** How often the progress is looked at. */
const LOOK_MS = 20

const { values } = parseArgs({
  options: {
    workers: { type: "string", default: "3" },
    parcels: { type: "string", default: "600" },
    backend: { type: "string", default: "sqlite" },
  },
})
const parcels = Number(values.parcels)
const stage = await openStage(["--backend", values.backend])
const app = await createApp({ backend: stage.url, logger: silentLogger })

const names = Array.from({ length: Number(values.workers) }, (_, n) => `carrier-${n + 1}`)
const workers = names.map((name) =>
  stage.start(new URL("./worker.ts", import.meta.url), { name, args: [stage.url, name], quiet: true }),
)
await Promise.all(workers.map((worker) => worker.said("works")))
const began = performance.now()
await post(app)
say(`${parcels} parcels for ${DOORS} doors, ${workers.length} processes`)
await untilCarried(app)
const seconds = (performance.now() - began) / 1000
await report(app)
say(`${Math.round(parcels / seconds)} parcels a second`)

await Promise.all(workers.map((worker) => worker.stop()))
await app.close()
await stage.close()

async function post({ appendToStreams }: Pick<App, "appendToStreams">): Promise<void> {
  for (let number = 1; number <= parcels; number += DOORS) {
    const doors = Array.from({ length: Math.min(DOORS, parcels - number + 1) }, (_, door) => number + door)
    await appendToStreams(
      doors.map((parcel) => {
        const streamId = `door-${parcel % DOORS}`
        return { streamId, messages: [ParcelPosted(streamId, { number: parcel })] }
      }),
    )
  }
}

async function untilCarried({ groups }: Pick<App, "groups">): Promise<void> {
  for (;;) {
    const [group] = await groups(["carry"])
    if (group?.stopped !== undefined) throw new Error(`nobody carries: ${group.stopped.error}`)
    if (group?.lag === 0) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

/** Who carried how much, and whether each door's parcels came in the order they were posted, each of them once: as the log has it. */
async function report({ readLog }: Pick<App, "readLog">): Promise<void> {
  const shares = new Map(names.map((name) => [name, 0]))
  const last = new Map<string, number>()
  let [carried, inOrder] = [0, true]
  for await (const message of readLog({ types: [ParcelCarried] })) {
    const { door, number, carrier } = ParcelCarried.decode(message).payload
    shares.set(carrier, (shares.get(carrier) ?? 0) + 1)
    inOrder &&= number > (last.get(door) ?? 0)
    last.set(door, number)
    carried += 1
  }
  for (const [name, share] of shares) say(`  ${name}  ${share} parcels · ${Math.round((100 * share) / parcels)} %`)
  say(`carried ${carried} of ${parcels} · in each door's order: ${inOrder ? "yes" : "no"}`)
}
