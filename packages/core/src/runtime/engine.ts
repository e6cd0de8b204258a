import type { Append } from "../backend/append.ts"
import type { Backend } from "../backend/backend.ts"
import type { Beat } from "../backend/process.ts"
import type { Instant } from "../message/ids.ts"
import type { ErrorStrategy } from "../reactor/error-strategy.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Access, Baselines, Registration } from "../reactor/registration.ts"
import type { Snapshots } from "../reactor/snapshots.ts"
import type { Writer } from "../store/writer.ts"
import { createBackground } from "./background.ts"
import type { Clock } from "./clock.ts"
import type { Crew } from "./crew.ts"
import { createDispatcher } from "./dispatcher.ts"
import { createDocumentWatch, type DocumentWatch } from "./document-watch.ts"
import { ensureGroup } from "./ensure-group.ts"
import { handlerTime } from "./handler-time.ts"
import { HeldAccess } from "./held-access.ts"
import type { Instrumentation } from "./instrumentation.ts"
import { type Limits, WAITING_SLICES } from "./limits.ts"
import { lruBaselines } from "./lru-baselines.ts"
import { createMembership } from "./membership.ts"
import { readTogether } from "./read-together.ts"
import { recordAhead } from "./record-ahead.ts"
import { createRoom } from "./room.ts"
import { createRunning } from "./running.ts"
import { createSettleWatch, type SettleWatch } from "./settle-watch.ts"
import { sliceSizes } from "./slice-size.ts"
import { lookForWork } from "./work.ts"

/** What an engine is made of. */
export interface EngineParts {
  readonly backend: Backend
  readonly writer: Pick<Writer, "submit">
  readonly clock: Clock
  readonly logger: Logger
  readonly instrumentation: Instrumentation | undefined
  readonly limits: Limits
  readonly errorStrategy: ErrorStrategy
  readonly processName: string
  readonly facts: Beat["facts"]
  readonly newBootId: () => string
  readonly snapshots: Snapshots
}

/** The running side of an app: the groups of this process, its workers, timers and beats. */
export interface Engine {
  /** Ensures the group in the log and makes it this process's to work for. */
  add(registration: Registration): Promise<void>
  /** Works for the group no more. In the log it stays. */
  remove(registration: Registration): void
  /** Something was stored by this process. */
  stored(append: Append): void
  /** Something changed through an operator call of this process. */
  changed(change: { readonly group?: string; readonly schedules?: boolean }): void
  start(options: { readonly concurrency: number; readonly processName?: string }): Promise<void>
  stop(drainMs?: number): Promise<void>
  /** Handles what waits until nothing does. */
  drain(): Promise<void>
  /** The settles of this process. */
  readonly settles: SettleWatch
  /** The documents that this process stores. */
  readonly documents: DocumentWatch
  /** Ends the timers of an engine that is stopped. */
  close(): void
  /** Resolves with the reason when this process, as it runs now, has to stop of itself. */
  ended(): Promise<Error>
  /** Resolves when the engine, as it runs now, begins to stop. */
  stopped(): Promise<void>
  readonly baselines: (group: string) => Baselines
  /** The storage's time, as far as known. */
  readonly storageNow: () => Instant
}

export function createEngine(parts: EngineParts): Engine {
  const { backend, clock, logger, instrumentation, limits } = parts
  const registrations = new Map<string, Registration>()
  const baselinesByGroup = new Map<string, Baselines>()
  const background = createBackground()
  const dispatcher = createDispatcher({ clock, pollMs: limits.pollMs })
  const reads = readTogether(backend, clock)
  const settles = createSettleWatch(clock)
  const documents = createDocumentWatch()
  let storageOffsetMs = 0
  const time = handlerTime(clock, () => storageOffsetMs)

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))
  const membership = createMembership(
    {
      backend,
      clock,
      logger,
      limits,
      facts: parts.facts,
      newBootId: parts.newBootId,
      pause,
      wants: () => [...registrations.values()].map(({ group, types }) => ({ group, types })),
      onFenced(error) {
        logger.error({ err: error }, "this process stops working")
        running.end(error)
        running.stop(0).catch((failed: unknown) => logger.error({ err: failed }, "stopping failed"))
      },
    },
    parts.processName,
  )
  const expect: Access["expect"] = (collection, id) => documents.expect(collection, id)
  const baselines = (group: string): Baselines => {
    const found = baselinesByGroup.get(group) ?? lruBaselines(limits.baselines)
    baselinesByGroup.set(group, found)
    return found
  }
  const crew: Crew = {
    backend,
    clock,
    logger,
    instrumentation,
    limits,
    sizes: sliceSizes(limits.sliceBytes),
    claims: { begun: 0, answered: 0, company: 0, leftNothing: false },
    owner: membership.owner,
    registration: (group) => registrations.get(group),
    strategy: (registration) => registration.errorStrategy ?? parts.errorStrategy,
    access: (group) => {
      const record = recordAhead(group, recording)
      const shared = {
        group,
        ...reads,
        baselines: baselines(group),
        snapshots: parts.snapshots,
        logger,
        time,
        record,
        expect,
      }
      if (instrumentation === undefined) return (lease) => new HeldAccess(shared, lease)
      return (lease) => {
        if (!instrumentation.heard()) return new HeldAccess(shared, lease)
        const observer = instrumentation.handling(group)
        return new HeldAccess({ ...shared, record: recordAhead(group, { ...recording, observer }) }, lease, observer)
      }
    },
    storageOffsetMs: () => storageOffsetMs,
    pause,
    documents: (puts) => documents.put(puts),
    background: (work) => void background.add(work),
    delivering: background.add,
    besideWorkers: createRoom(WAITING_SLICES),
    outdatedTold: new Set(),
    storageTime(now) {
      storageOffsetMs = now - clock.now()
    },
    handOff({ types, schedules, group }) {
      dispatcher.news({ ...(types === undefined ? {} : { types }), ...(group === undefined ? {} : { group }) })
      if (schedules === true) running.lookAtSchedules()
      settles.settled()
    },
  }
  const stored: Engine["stored"] = ({ streams, schedules, documents: puts }) => {
    if (puts !== undefined) documents.put(puts)
    const types: string[] = []
    for (const { messages } of streams) for (const { type } of messages) if (!types.includes(type)) types.push(type)
    if (types.length > 0) dispatcher.news({ types })
    if ((schedules?.length ?? 0) > 0) running.lookAtSchedules()
  }
  const recording = { writer: parts.writer, now: () => clock.now(), onStored: stored }
  const running = createRunning({
    crew,
    dispatcher,
    background,
    membership,
    async ensureGroups() {
      for (const registration of registrations.values()) await ensureGroup(registration, parts, membership.owner())
    },
  })

  return {
    settles,
    documents,
    baselines,
    storageNow: () => clock.now() + storageOffsetMs,
    ended: running.ended,
    stopped: running.stopped,
    async add(registration) {
      registrations.set(registration.group, registration)
      await ensureGroup(registration, parts, membership.owner())
      dispatcher.want(registration.group, registration.types)
    },
    remove({ group }) {
      registrations.delete(group)
      dispatcher.forget(group)
    },
    stored,
    changed({ group, schedules }) {
      if (group !== undefined) dispatcher.news({ group })
      if (schedules === true) running.lookAtSchedules()
    },
    start: ({ concurrency, processName = parts.processName }) => running.start({ concurrency, processName }),
    stop: (drainMs = limits.drainMs) => running.stop(drainMs),
    async drain() {
      const signal = running.drainSignal()
      while (!signal.aborted) {
        // What goes on now may still make schedules that are due.
        const quiet = background.size === 0
        const { promoted, now } = await backend.promote(limits.promoteAtOnce)
        crew.storageTime(now)
        const asked = { groups: [...registrations.keys()], moment: dispatcher.moment(), routine: false }
        if ((await lookForWork(asked, dispatcher, crew, signal)) === "worked" || promoted > 0) continue
        if (background.size > 0) await background.any()
        else if (quiet) return
      }
    },
    close: () => dispatcher.close(),
  }
}
