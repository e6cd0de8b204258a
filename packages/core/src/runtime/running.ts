import type { Listening } from "../backend/wake.ts"
import type { Background } from "./background.ts"
import type { Crew } from "./crew.ts"
import type { Dispatcher } from "./dispatcher.ts"
import type { Membership } from "./membership.ts"
import { createScheduleTimer, type ScheduleTimer } from "./schedule-timer.ts"
import { startWorkers, type Workers } from "./workers.ts"

/** A process's time at work, from the start to the stop, and again. */
export interface Running {
  /** Joins the log under a process name, listens and works. Throws when it works already, and `ProcessNameInUse`. */
  readonly start: (how: { readonly concurrency: number; readonly processName: string }) => Promise<void>
  /** Stops claiming, lets what runs finish for at most `drainMs`, and leaves the log. */
  readonly stop: (drainMs: number) => Promise<void>
  /** This process must stop of itself. */
  readonly end: (error: Error) => void
  /** Resolves with the reason when this process, since it last started, has to stop of itself. */
  readonly ended: () => Promise<Error>
  /** Resolves when it begins to stop, since it last started. */
  readonly stopped: () => Promise<void>
  /** Aborted when stopping has waited for those who drain as long as it may. */
  readonly drainSignal: () => AbortSignal
  /** A schedule may be earlier than the one waited for. */
  readonly lookAtSchedules: () => void
}

export interface RunningParts {
  readonly crew: Crew
  readonly dispatcher: Dispatcher
  readonly background: Background
  readonly membership: Membership
  /** Ensures the groups of this process in the log. */
  readonly ensureGroups: () => Promise<void>
}

/** What a process has open while it works. */
interface Open {
  readonly listening: Listening
  readonly timer: ScheduleTimer
  readonly workers: Workers
}

export function createRunning(parts: RunningParts): Running {
  const { crew, background, membership } = parts
  let open: Open | undefined
  let started = false
  let draining = new AbortController()
  let stopping = Promise.withResolvers<void>()
  let ended = Promise.withResolvers<Error>()

  // Starting and stopping take turns: one that overtook the other would leave workers behind that nobody stops.
  let turn: Promise<void> = Promise.resolve()
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const mine = turn.then(step)
    turn = mine.catch(() => {})
    return mine
  }
  const backgroundWithin = async (drainMs: number): Promise<void> => {
    const cancel = crew.clock.setTimer(drainMs, () => draining.abort(new Error("stopping took too long")))
    await background.all()
    cancel()
    if (draining.signal.aborted) draining = new AbortController()
  }
  const halt = async (drainMs: number): Promise<void> => {
    const was = open
    open = undefined
    await Promise.all([was?.workers.stop(drainMs), was?.timer.stop()])
    await backgroundWithin(drainMs)
    try {
      await was?.listening.close()
      await membership.leave()
    } catch (error) {
      crew.logger.warn({ err: error }, "leaving the log failed: others take this process for gone when its time is up")
    }
    started = false
  }
  const lookAtSchedules = (): void => open?.timer.lookAgain()

  return {
    lookAtSchedules,
    ended: () => ended.promise,
    end: (error) => ended.resolve(error),
    stopped: () => stopping.promise,
    drainSignal: () => draining.signal,
    async start({ concurrency, processName }) {
      if (started) throw new Error("this app runs already: stop it before running it again")
      started = true
      stopping = Promise.withResolvers()
      ended = Promise.withResolvers()
      await inTurn(async () => {
        try {
          await membership.join(processName)
          await parts.ensureGroups()
          const listening = await listenTo(parts, lookAtSchedules)
          open = { listening, ...goToWork(parts, concurrency) }
        } catch (error) {
          await halt(0)
          throw error
        }
      })
    },
    stop(drainMs) {
      stopping.resolve()
      return inTurn(() => halt(drainMs))
    },
  }
}

function listenTo({ crew, dispatcher, membership }: RunningParts, lookAtSchedules: () => void): Promise<Listening> {
  return crew.backend.listen((wake) => {
    dispatcher.heard(wake)
    if (wake.kind === "schedule" || wake.kind === "reconnected") lookAtSchedules()
    if (wake.kind !== "challenge" || wake.processName !== membership.owner().processName) return
    membership.beat().catch((error: unknown) => crew.logger.warn({ err: error }, "answering a challenge failed"))
  })
}

/** Starts the promotion of schedules and the workers. */
function goToWork(
  { crew, dispatcher, background }: RunningParts,
  concurrency: number,
): Pick<Open, "timer" | "workers"> {
  const timer = createScheduleTimer(crew.backend, {
    clock: crew.clock,
    logger: crew.logger,
    promoteAtOnce: crew.limits.promoteAtOnce,
    onPromoted: (types) => dispatcher.news({ types }),
    onStorageTime: crew.storageTime,
  })
  return { timer, workers: startWorkers(concurrency, dispatcher, crew, background) }
}
