import { type Backend, createApp, type RunOutcome, type Store, silentLogger } from "@millrace/core"

import { Agency, FULL_HOTEL } from "./agency.ts"
import { Flight, Holiday, Hotel, StartHoliday } from "./choreography.ts"
import { orchestration, type Trip } from "./orchestration.ts"

const ADA: Trip = { flight: "LIS", hotel: "Alfama" }
const BOB: Trip = { flight: "LIS", hotel: FULL_HOTEL }

/** Books the same holidays in both ways, and says what became of them. */
export async function story(backend: string | Backend, say: (line: string) => void): Promise<void> {
  const agency = new Agency()
  const { BookHoliday, BookInTurn, ...others } = orchestration(agency)
  const app = await createApp({
    backend,
    reactors: { BookHoliday, BookInTurn, ...others, Holiday, Flight, Hotel },
    logger: silentLogger,
  })
  await app.start({ processName: "travel-agent" })

  say("# orchestration: a workflow says what comes next")
  for (const [name, trip] of [
    ["ada", ADA],
    ["bob", BOB],
  ] as const) {
    const run = await app.startWorkflow(BookHoliday, trip, { id: name })
    say(`${name}: ${told(await run.wait())}`)
    await showEvents(app, run.streamId, say)
  }
  say(`flight and hotel asked side by side: ${agency.most === 2 ? "yes" : "no"}`)
  say(`bookings that stand: ${agency.booked}`)

  agency.inPairs = false
  say("\n# the same steps in one stream wait for each other, in streams of their own they do not")
  for (const [how, workflow] of [
    ["in turn", BookInTurn],
    ["side by side", BookHoliday],
  ] as const) {
    const began = performance.now()
    await (await app.startWorkflow(workflow, ADA, { id: `timed, ${how}` })).wait()
    say(`${how}: ${Math.round(performance.now() - began)} ms`)
  }

  say("\n# choreography: each actor reacts to what the others did")
  for (const [name, trip] of [
    ["ada", ADA],
    ["bob", BOB],
  ] as const) {
    await app.execute(StartHoliday(`holiday-${name}`, { name, ...trip }), { settle: true })
    for (const category of ["holiday", "flight", "hotel"]) await showEvents(app, `${category}-${name}`, say)
  }
  await app.stop()
  await app.close()
}

function told(outcome: RunOutcome<readonly string[]>): string {
  switch (outcome.status) {
    case "completed":
      return outcome.output.join(", ")
    case "failed":
      return `failed at ${outcome.failure.step}: ${outcome.failure.name}: ${outcome.failure.message}`
    case "cancelled":
    case "timed-out":
      return outcome.status
  }
}

/**
 * The events of a stream by their types: what ran side by side may have come in either order. A step that was done is a `step_recorded` where its worker went straight
 * on, and a `step_completed` where the run was told of it: how quick a machine is decides, so both are counted as one.
 */
async function showEvents(
  app: Pick<Store, "readStream">,
  streamId: string,
  say: (line: string) => void,
): Promise<void> {
  const counts = new Map<string, number>()
  for (const message of await app.readStream(streamId)) {
    const type = message.type.replace("step_recorded", "step_completed")
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  const shown = [...counts].map(([type, count]) => (count === 1 ? type : `${type} × ${count}`)).toSorted()
  say(`  ${streamId}: ${shown.join(", ")}`)
}
