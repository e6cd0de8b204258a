import type { Append } from "../backend/append.ts"
import type { Backend } from "../backend/backend.ts"
import type { Beat } from "../backend/process.ts"
import type { Listening } from "../backend/wake.ts"
import type { ErrorStrategy } from "../reactor/error-strategy.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Baselines, Registration } from "../reactor/registration.ts"
import type { Clock } from "./clock.ts"
import type { Crew } from "./crew.ts"
import { createDispatcher } from "./dispatcher.ts"
import { HeldAccess } from "./held-access.ts"
import type { Limits } from "./limits.ts"
import { lruBaselines } from "./lru-baselines.ts"
import { createMembership } from "./membership.ts"
import { readTogether } from "./read-together.ts"
import { createScheduleTimer, type ScheduleTimer } from "./schedule-timer.ts"
import { sliceSizes } from "./slice-size.ts"
import { lookForWork } from "./work.ts"
import { startWorkers, type Workers } from "./workers.ts"

/** What an engine is made of. */
export interface EngineParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: Limits
  readonly errorStrategy: ErrorStrategy
  readonly processName: string
  readonly facts: Beat["facts"]
  readonly newBootId: () => string
}

/** The running side of an app: the groups of this process, its workers, timers and beats. */
export interface Engine {
  /** Ensures the group in the log and makes it this process's to work for. */
  add(registration: Registration): Promise<void>
  /** Something was stored by this process. */
  stored(append: Append): void
  /** Something changed through an operator call of this process. */
  changed(change: { readonly group?: string; readonly schedules?: boolean }): void
  start(options: { readonly concurrency: number; readonly processName?: string }): Promise<void>
  stop(drainMs?: number): Promise<void>
  /** Handles what waits until nothing does. */
  drain(): Promise<void>
  /** Resolves at the next settle of this process, or after `ms`. */
  nextSettle(ms: number): Promise<void>
  /** Ends the timers of an engine that is stopped. */
  close(): void
  /** Resolves with the reason when this process has to stop of itself. */
  readonly ended: Promise<Error>
  /** Resolves when the engine, as it runs now, begins to stop. */
  stopped(): Promise<void>
  readonly baselines: (group: string) => Baselines
}

export function createEngine(parts: EngineParts): Engine {
  const { backend, clock, logger, limits } = parts
  const registrations = new Map<string, Registration>()
  const baselinesByGroup = new Map<string, Baselines>()
  const background = new Set<Promise<void>>()
  const dispatcher = createDispatcher({ clock, pollMs: limits.pollMs })
  const reads = readTogether(backend)
  let storageOffsetMs = 0
  const settleSeen = new Set<() => void>()
  let end: (error: Error) => void = () => {}
  const ended = new Promise<Error>((resolve) => (end = resolve))

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
        logger.error({ error }, "this process stops working")
        end(error)
        stop(0).catch((failed: unknown) => logger.error({ error: failed }, "stopping failed"))
      },
    },
    parts.processName,
  )
  const baselines = (group: string): Baselines => {
    const found = baselinesByGroup.get(group) ?? lruBaselines(limits.baselines)
    baselinesByGroup.set(group, found)
    return found
  }
  const tracked = (work: Promise<void>): Promise<void> => {
    const kept = work.then(
      () => {},
      () => {},
    )
    background.add(kept)
    void kept.then(() => background.delete(kept))
    return work
  }
  let timer: ScheduleTimer | undefined
  const crew: Crew = {
    backend,
    clock,
    logger,
    limits,
    sizes: sliceSizes(),
    owner: membership.owner,
    registration: (group) => registrations.get(group),
    strategy: (registration) => registration.errorStrategy ?? parts.errorStrategy,
    access: (group) => {
      const shared = { group, ...reads, baselines: baselines(group), logger }
      return (lease) => new HeldAccess(shared, lease)
    },
    storageOffsetMs: () => storageOffsetMs,
    pause,
    background: (work) => void tracked(work),
    delivering: tracked,
    storageTime(now) {
      storageOffsetMs = now - clock.now()
    },
    handOff({ types, schedules, group }) {
      dispatcher.news({ ...(types === undefined ? {} : { types }), ...(group === undefined ? {} : { group }) })
      if (schedules === true) timer?.lookAgain()
      for (const seen of settleSeen) seen()
    },
  }
  let workers: Workers | undefined
  let listening: Listening | undefined

  // Starting and stopping take turns: one that overtook the other would leave workers behind that nobody stops.
  let turn: Promise<void> = Promise.resolve()
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const mine = turn.then(step)
    turn = mine.catch(() => {})
    return mine
  }
  let started = false
  /** Aborted when the engine has stopped for longer than it may wait for those who drain it. */
  let draining = new AbortController()
  let stopping = Promise.withResolvers<void>()

  const start = async (concurrency: number, processName: string): Promise<void> => {
    await membership.join(processName)
    for (const registration of registrations.values()) await ensure(registration, parts, membership.owner())
    listening = await backend.listen((wake) => {
      dispatcher.heard(wake)
      if (wake.kind === "schedule" || wake.kind === "reconnected") timer?.lookAgain()
      if (wake.kind !== "challenge" || wake.processName !== membership.owner().processName) return
      membership.beat().catch((error: unknown) => logger.warn({ error }, "answering a challenge failed"))
    })
    timer = createScheduleTimer(backend, {
      clock,
      logger,
      promoteAtOnce: limits.promoteAtOnce,
      onPromoted: (types) => dispatcher.news({ types }),
      onStorageTime: crew.storageTime,
    })
    workers = startWorkers(concurrency, dispatcher, crew, background)
  }
  const backgroundWithin = async (drainMs: number): Promise<void> => {
    const cancel = clock.setTimer(drainMs, () => draining.abort(new Error("stopping took too long")))
    await Promise.all(background)
    cancel()
    if (draining.signal.aborted) draining = new AbortController()
  }
  const halt = async (drainMs: number): Promise<void> => {
    const running = workers
    workers = undefined
    const promoting = timer
    timer = undefined
    await Promise.all([running?.stop(drainMs), promoting?.stop()])
    await backgroundWithin(drainMs)
    try {
      await listening?.close()
      listening = undefined
      await membership.leave()
    } catch (error) {
      logger.warn({ error }, "leaving the log failed: others take this process for gone when its time is up")
    }
    started = false
  }
  const stop = (drainMs: number): Promise<void> => {
    stopping.resolve()
    return inTurn(() => halt(drainMs))
  }

  return {
    ended,
    baselines,
    async add(registration) {
      registrations.set(registration.group, registration)
      await ensure(registration, parts, membership.owner())
      dispatcher.want(registration.group, registration.types)
    },
    stored({ streams, schedules }) {
      const types = new Set<string>()
      for (const stream of streams) for (const message of stream.messages) types.add(message.type)
      if (types.size > 0) dispatcher.news({ types: [...types] })
      if ((schedules?.length ?? 0) > 0) timer?.lookAgain()
    },
    changed({ group, schedules }) {
      if (group !== undefined) dispatcher.news({ group })
      if (schedules === true) timer?.lookAgain()
    },
    stopped: () => stopping.promise,
    async start({ concurrency, processName }) {
      if (started) throw new Error("this app runs already: stop it before running it again")
      started = true
      stopping = Promise.withResolvers<void>()
      await inTurn(async () => {
        try {
          await start(concurrency, processName ?? parts.processName)
        } catch (error) {
          await halt(0)
          throw error
        }
      })
    },
    stop: (drainMs = limits.drainMs) => stop(drainMs),
    async drain() {
      const { signal } = draining
      while (!signal.aborted) {
        const { promoted, now } = await backend.promote(limits.promoteAtOnce)
        crew.storageTime(now)
        const asked = { groups: [...registrations.keys()], moment: dispatcher.ask().moment }
        if ((await lookForWork(asked, dispatcher, crew, signal)) === "worked" || promoted > 0) continue
        if (background.size === 0) return
        await Promise.race(background)
      }
    },
    close: () => dispatcher.close(),
    nextSettle: (ms) =>
      new Promise((resolve) => {
        const seen = (): void => {
          cancel()
          settleSeen.delete(seen)
          resolve()
        }
        const cancel = clock.setTimer(ms, seen)
        settleSeen.add(seen)
      }),
  }
}

/** A group whose order was changed in code while the log holds another. */
export class GroupOrderDiffers extends Error {
  override readonly name = "GroupOrderDiffers"
  readonly code = "group-order-differs"
}

async function ensure(
  registration: Registration,
  parts: EngineParts,
  owner: Parameters<Backend["ensureGroup"]>[0]["owner"],
): Promise<void> {
  const { group, order, startFrom: start, types } = registration
  const ensured = await parts.backend.ensureGroup({
    group,
    order,
    start,
    types,
    owner,
    maxLanes: parts.limits.maxLanes,
  })
  if (ensured.kind === "order-differs") {
    throw new GroupOrderDiffers(
      `group ${group} was created with order "${ensured.stored}", not "${order}": give the reactor another name, or delete the group`,
    )
  }
  for (const { type, since, passedOver } of ensured.added) {
    if (passedOver === 0) continue
    parts.logger.warn(
      { group, type, since, passedOver },
      "a type joined a group: older messages of it are passed over unless the group is reset with this type",
    )
  }
  if (ensured.missing.length > 0) {
    parts.logger.warn(
      { group, missing: ensured.missing },
      "the group wants types that this process lacks: it works on slices without them",
    )
  }
}
