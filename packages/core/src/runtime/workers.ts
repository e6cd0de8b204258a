import type { Background } from "./background.ts"
import type { Crew } from "./crew.ts"
import type { Asked, Dispatcher } from "./dispatcher.ts"
import { COMPANY_FROM, createGathering } from "./gathering.ts"
import { supervise, type Supervised } from "./supervise.ts"
import { type Look, lookForWork } from "./work.ts"

/** The worker loops of a process. */
export interface Workers {
  /** Stops claiming, lets what runs finish for at most `drainMs`, then aborts it; resolves when all loops have ended. */
  stop(drainMs: number): Promise<void>
}

/** Starts `count` supervised loops, each: wait for a hint, claim, handle, settle. */
export function startWorkers(count: number, dispatcher: Dispatcher, crew: Crew, background: Background): Workers {
  const abort = new AbortController()
  let stopping = false
  let claiming: Promise<void> | undefined
  const allWait = (groups: readonly string[]): boolean =>
    groups.every((group) => crew.registration(group)?.waits === true)
  const gathering = createGathering(crew.clock, dispatcher, allWait)
  const look = async (asked: Asked): Promise<Look> => {
    if (!allWait(asked.groups)) return lookForWork(asked, dispatcher, crew, abort.signal)
    const { promise, resolve } = Promise.withResolvers<void>()
    claiming = promise
    const claimed = (): void => {
      if (claiming === promise) claiming = undefined
      resolve()
    }
    try {
      const { company, leftNothing } = crew.claims
      if (company > COMPANY_FROM && leftNothing && crew.besideWorkers.inUse()) await gathering.wait()
      return stopping ? "nothing" : await lookForWork(asked, dispatcher, crew, abort.signal, claimed)
    } finally {
      claimed()
    }
  }
  const turn = async (): Promise<number> => {
    // Where no worker is held up by what it claims, two that claim at once would only be after the same.
    while (claiming !== undefined) await claiming
    if (stopping) return 0
    const asked = dispatcher.ask()
    if (asked.groups.length > 0 && background.size < crew.limits.handedOverAtOnce) {
      if ((await look(asked)) === "worked") return 0
    } else if (asked.groups.length > 0) {
      await background.any()
      return 0
    }
    if (!stopping) await dispatcher.wait()
    return 0
  }
  const loops: Supervised[] = Array.from({ length: count }, (_, at) => supervise(`worker ${at + 1}`, turn, crew))
  return {
    async stop(drainMs) {
      stopping = true
      gathering.end()
      const ended = Promise.all(loops.map((loop) => loop.stop()))
      dispatcher.wakeAll()
      const cancel = crew.clock.setTimer(drainMs, () => abort.abort(new Error("stopping took too long")))
      await ended
      await background.all()
      cancel()
    },
  }
}
