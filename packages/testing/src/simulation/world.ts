import { type AnyApp, type Backend, createApp, ProcessFenced, ProcessNameInUse } from "@millrace/core"

import type { Auditor } from "./audit/auditor.ts"
import { type Boot, createBoot, US } from "./boot.ts"
import type { Faults } from "./faults.ts"
import { createLink } from "./link.ts"
import type { Mishap, Plan } from "./plan.ts"
import { randomFor } from "./random.ts"
import { quietLogger, type SimulatedProcess, type Stage } from "./scenario.ts"
import { simulatedProcess } from "./simulated-process.ts"
import type { Timeline } from "./timeline.ts"

/** The processes of a simulated world. */
export interface Crowd<Act> {
  /** Starts every process that is not there. */
  startAll(): void
  act(process: number, act: Act): void
  mishap(mishap: Mishap): void
  /** Lets everybody go on, and everything be reached. */
  makePeace(): void
  killAll(): void
}

export interface CrowdParts<Act> {
  readonly plan: Plan<Act>
  readonly stage: Stage<Act>
  readonly timeline: Timeline
  readonly epoch: number
  readonly faults: Faults
  readonly auditor: Auditor
  /** The storage that all of them share. */
  readonly storage: Backend
  readonly note: (text: () => string) => void
}

/** A place that a process runs in: one start of it after the other, and sometimes two at once. */
interface Place {
  readonly number: number
  readonly name: string
  starts: number
  current: Boot | undefined
  readonly boots: Boot[]
  app: AnyApp | undefined
  process: SimulatedProcess | undefined
}

/** How long a process that could not start waits before it is started again. */
const AGAIN_MS = 2_000

export function createCrowd<Act>(parts: CrowdParts<Act>): Crowd<Act> {
  const { plan, stage, timeline, auditor, note, faults } = parts
  const calm = plan.rates.calls === 0 && plan.steps.every(({ kind }) => kind === "act")
  let awayUntil = 0
  const places = Array.from({ length: plan.settings.processes }, (_, number): Place => ({
    number,
    name: `w${number + 1}`,
    starts: 0,
    current: undefined,
    boots: [],
    app: undefined,
    process: undefined,
  }))
  const placeOf = (number: number): Place | undefined => places[number % places.length]

  const end = (place: Place, boot: Boot, downMs: number): void => {
    if (boot.dead) return
    boot.kill()
    note(() => `${boot.name} is dead`)
    if (place.current !== boot) return
    place.app = undefined
    timeline.after(downMs * US, () => {
      if (place.current === boot) start(place)
    })
  }
  const start = (place: Place): void => {
    place.starts += 1
    const random = randomFor(plan.seed, `${place.name} ${place.starts}`)
    const who = { process: place.name, start: place.starts, clockOffMs: 0 }
    const boot = createBoot({ timeline, epoch: parts.epoch, random }, who)
    const before = place.current
    place.current = boot
    place.boots.push(boot)
    place.app = undefined
    note(() => `${boot.name} starts`)
    const link = createLink(parts.storage, {
      boot,
      timeline,
      faults,
      random,
      wakes: plan.wakes,
      isAway: () => timeline.now < awayUntil,
      carryOut(method, isHeard, run) {
        // What workers ask all the time tells itself where there is something to tell.
        if (method.startsWith("operator.")) note(() => `${boot.name} ${method}`)
        auditor.caller = boot.name
        auditor.isHeard = isHeard
        return run()
      },
      crash: (crashed, downMs) => end(place, crashed, downMs),
      note,
    })
    const process = simulatedProcess(boot, { faults, auditor, note, random, calm })
    const onError = (error: unknown): void => {
      if (error instanceof ProcessFenced) end(place, boot, AGAIN_MS)
    }
    open(plan, stage, { place, boot, link, process, onError }).then(
      (app) => {
        if (boot.dead || place.current !== boot) return
        note(() => `${boot.name} works`)
        place.app = app
        place.process = process
      },
      (error: unknown) => {
        note(() => `${boot.name} could not start: ${String(error)}`)
        const holder = error instanceof ProcessNameInUse ? before : undefined
        const isCurrent = place.current === boot
        end(place, boot, AGAIN_MS)
        if (isCurrent && holder !== undefined && !holder.dead) place.current = holder
      },
    )
  }
  return {
    startAll() {
      for (const place of places) if (place.current === undefined || place.current.dead) start(place)
    },
    act(number, act) {
      const place = placeOf(number)
      if (place?.app === undefined || place.process === undefined || place.current === undefined) return
      const { app, process, current } = place
      // A process that stands still does nothing.
      timeline.after(
        0,
        () => {
          note(() => `${current.name} does ${JSON.stringify(act)}`)
          stage.act(act, app, process).catch((error: unknown) => note(() => `${current.name}: ${String(error)}`))
        },
        current,
      )
    },
    mishap(mishap) {
      note(() => JSON.stringify(mishap))
      if (mishap.kind === "outage") {
        awayUntil = timeline.now + mishap.ms * US
        return
      }
      const place = placeOf(mishap.process)
      const boot = place?.current
      if (place === undefined || boot === undefined || boot.dead) return
      if (mishap.kind === "crash") end(place, boot, mishap.ms)
      else if (mishap.kind === "jump") boot.jump(mishap.ms)
      else {
        boot.pause(mishap.ms)
        if (mishap.kind === "replace") start(place)
      }
    },
    makePeace() {
      awayUntil = 0
      for (const { boots } of places) for (const boot of boots) boot.resume()
      this.startAll()
    },
    killAll() {
      for (const { boots } of places) for (const boot of boots) boot.kill()
    },
  }
}

async function open<Act>(
  { settings }: Plan<Act>,
  stage: Stage<Act>,
  of: {
    readonly place: Place
    readonly boot: Boot
    readonly link: Backend
    readonly process: SimulatedProcess
    readonly onError: (error: unknown) => void
  },
): Promise<AnyApp> {
  const { processes: _processes, concurrency, partitions: _partitions, ...limits } = settings
  const app = await createApp({
    backend: of.link,
    clock: of.boot.clock,
    logger: quietLogger(of.onError),
    processName: of.place.name,
    limits,
    reactors: stage.reactors(of.process),
  })
  await app.start({ concurrency: concurrency[of.place.number] ?? 1 })
  return app
}
