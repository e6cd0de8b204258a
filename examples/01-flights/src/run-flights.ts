import { setTimeout as pause } from "node:timers/promises"

import type { DepartFlight } from "../messages.ts"
import { type Crash, crash, untilAtWork } from "./crash.ts"
import type { FlightsApp } from "./flights-app.ts"
import type { Progress } from "./progress.ts"
import { sendFlights } from "./send-flights.ts"
import type { Stage } from "./stage.ts"
import { standOf } from "./stand.ts"
import type { WorkerHandle } from "./worker-handle.ts"

/** How often the run is looked at. */
const LOOK_MS = 50

/** How far the flights sent may run ahead of the flights settled. */
const AHEAD = 5_000

export interface RunOptions {
  readonly workers: number
  /** The worker at `victim` is killed as soon as it holds leases once so many flights are settled. */
  readonly killAt: number
  readonly victim: number
}

/** How a run went. */
export interface Run {
  readonly tookMs: number
  readonly crash: Crash | undefined
}

/** Sends the flights, lets workers handle them, kills one of them on the way, and ends when nothing is left to do. */
export async function runFlights(
  app: FlightsApp,
  commands: readonly ReturnType<typeof DepartFlight>[],
  { workers: stage }: Stage,
  { workers: count, killAt, victim }: RunOptions,
  progress: Progress,
): Promise<Run> {
  const look = (): Promise<void> => pause(LOOK_MS)
  const names = Array.from({ length: count }, (_, at) => `worker-${at + 1}`)
  const workers = new Map(names.map((name) => [name, stage.hire(name)]))
  const failing: Promise<never>[] = [...workers.values()].map(({ failed }) => failed)
  await Promise.race([...failing, Promise.all(names.map((name) => untilAtWork(app, name, look)))])

  const startedAt = performance.now()
  const state = { sent: 0, settled: 0, missing: "" }
  let crashed: Crash | undefined
  let crashing: Promise<void> | undefined
  const tryCrash = async (worker: WorkerHandle): Promise<void> => {
    crashed = await crash(app, worker, {
      settled: state.settled,
      hire: stage.hire,
      look,
      onKilled: () => (state.missing = `${worker.name} was ${stage.ended} and starts again, `),
    })
    state.missing = ""
    if (crashed === undefined) {
      crashing = undefined
      return
    }
    workers.set(worker.name, crashed.successor)
    progress.say(describeCrash(crashed, stage.ended))
  }
  const watch = async (): Promise<void> => {
    for (;;) {
      const stand = await standOf(app, state.sent)
      state.settled = Math.max(state.settled, stand.settled)
      progress.update(state.settled, state.missing + stand.note)
      if (crashing === undefined && state.settled >= killAt) {
        const worker = workers.get(names[victim] ?? "")
        if (worker !== undefined) crashing = tryCrash(worker)
      }
      if (stand.quiet && state.sent === commands.length) break
      await look()
    }
    await crashing
  }
  const sending = sendFlights(app, commands, {
    ahead: Math.min(AHEAD, Math.ceil(commands.length / 4)),
    onSent: (sent) => (state.sent = sent),
    async settledAtLeast(flights) {
      while (state.settled < flights) await look()
    },
  })
  await Promise.race([...failing, Promise.all([watch(), sending])])
  const tookMs = performance.now() - startedAt
  progress.end()
  await Promise.all([...workers.values()].map((worker) => worker.stop()))
  return { tookMs, crash: crashed }
}

function describeCrash({ settled, leases, recoveredMs }: Crash, ended: string): string {
  const held = leases === 1 ? "1 lease" : `${leases} leases`
  return `${ended} at ${settled} settled, held ${held}, recovered in ${(recoveredMs / 1_000).toFixed(1)} s`
}
