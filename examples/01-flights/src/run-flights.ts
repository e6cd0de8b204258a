import { setTimeout as pause } from "node:timers/promises"

import type { DepartFlight } from "../messages.ts"
import { type Crash, crash, untilAtWork } from "./crash.ts"
import type { FlightsApp } from "./flights-app.ts"
import type { Progress } from "./progress.ts"
import { sendFlights } from "./send-flights.ts"
import type { Stage } from "./stage.ts"
import { standOf } from "./stand.ts"
import type { WorkerHandle } from "./worker-handle.ts"

/** How often the run is looked at, and how often while a moment is sought in which a worker holds leases. */
const LOOK_MS = 50
const SEEK_MS = 5

export interface RunOptions {
  readonly workers: number
  /** How many flights are dispatched side by side. */
  readonly batch: number
  /** How far the flights sent may run ahead of the flights settled. */
  readonly ahead: number
  /** A worker is killed once so many flights are settled, at a moment in which it holds leases: the one at `victim`, or the next that does. */
  readonly killAt: number
  /** Once so many are settled it is too late for that: flights beyond are held back until a worker was killed. */
  readonly killBefore: number
  readonly victim: number
}

/** How a run went. */
export interface Run {
  readonly tookMs: number
  readonly crash: Crash | undefined
}

/** A run in its course. */
interface Course {
  readonly app: FlightsApp
  readonly commands: readonly ReturnType<typeof DepartFlight>[]
  readonly stage: Stage["workers"]
  readonly options: RunOptions
  readonly progress: Progress
  readonly workers: WorkerHandle[]
  sent: number
  settled: number
  /** How many workers were looked at, whether they held leases. */
  tries: number
  crash: Crash | undefined
  /** Says which worker is away. */
  missing: string
}

/** Sends the flights, lets workers handle them, kills one of them on the way, and ends when nothing is left to do. */
export async function runFlights(
  app: FlightsApp,
  commands: readonly ReturnType<typeof DepartFlight>[],
  { workers: stage }: Stage,
  options: RunOptions,
  progress: Progress,
): Promise<Run> {
  const workers = Array.from({ length: options.workers }, (_, at) => stage.hire(`worker-${at + 1}`))
  const failing = workers.map(({ failed }) => failed)
  await Promise.race([...failing, Promise.all(workers.map(({ name }) => untilAtWork(app, name, look)))])

  const startedAt = performance.now()
  const course: Course = {
    app,
    commands,
    stage,
    options,
    progress,
    workers,
    sent: 0,
    settled: 0,
    tries: 0,
    crash: undefined,
    missing: "",
  }
  await Promise.race([...failing, Promise.all([watch(course), send(course)])])
  const tookMs = performance.now() - startedAt
  progress.end()
  await Promise.all(workers.map((worker) => worker.stop()))
  return { tookMs, crash: course.crash }
}

function look(): Promise<void> {
  return pause(LOOK_MS)
}

function send(course: Course): Promise<void> {
  return sendFlights(course.app, course.commands, {
    batch: course.options.batch,
    onSent: (sent) => (course.sent = sent),
    async mayReach(sent) {
      while (sent > limitOf(course)) await look()
    },
  })
}

/** How many flights may be sent by now: back-pressure, and a little at a time while a worker is to be killed. */
function limitOf({ settled, crash: crashed, options }: Course): number {
  const { ahead, batch, killAt, killBefore } = options
  if (crashed !== undefined || settled >= killBefore) return settled + ahead
  return settled < killAt ? Math.min(settled + ahead, killAt) : Math.min(settled + batch, killBefore)
}

/** Looks again and again how the run stands, and has a worker killed when it is time. */
async function watch(course: Course): Promise<void> {
  const { app, commands, options, progress } = course
  let crashing: Promise<boolean> | undefined
  for (;;) {
    const stand = await standOf(app, course.sent)
    course.settled = Math.max(course.settled, stand.settled)
    progress.update(course.settled, course.missing + stand.note)
    if (stand.quiet && course.sent === commands.length) break
    const due = course.settled >= options.killAt && course.settled < options.killBefore && crashing === undefined
    if (due) {
      crashing = tryCrash(course)
      void crashing.then((crashed) => (crashing = crashed ? crashing : undefined))
    }
    await pause(due ? SEEK_MS : LOOK_MS)
  }
  await crashing
}

/** Kills a worker, if it holds leases, and puts another in its place. The work may all be with another one: each is looked at in turn. */
async function tryCrash(course: Course): Promise<boolean> {
  const { app, stage, settled, workers, options } = course
  const at = (options.victim + course.tries) % workers.length
  course.tries += 1
  const victim = workers[at]
  if (victim === undefined) return false
  const onKilled = (): void => void (course.missing = `${victim.name} was ${stage.ended} and starts again, `)
  const crashed = await crash(app, victim, { settled, hire: stage.hire, look, onKilled })
  if (crashed === undefined) return false
  workers[at] = crashed.successor
  course.crash = crashed
  course.missing = ""
  course.progress.say(describeCrash(crashed, stage.ended))
  return true
}

function describeCrash({ settled, leases, recoveredMs }: Crash, ended: string): string {
  const held = leases === 1 ? "1 lease" : `${leases} leases`
  return `${ended} at ${settled} settled, held ${held}, recovered in ${(recoveredMs / 1_000).toFixed(1)} s`
}
