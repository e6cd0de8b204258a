import { randomUUID } from "node:crypto"

import type { Listening, Position, Wake } from "@millrace/core/backend"

import { AS_READ_ON, type Chain } from "./chain.ts"
import type { Database } from "./database.ts"
import { closedError } from "./errors.ts"
import { PULSE } from "./migrate.ts"
import { gatherNews, type News } from "./news.ts"

/** From one look to the next while others do something, or this process itself; and for how long after it that is said to go on. */
const BUSY_POLL_MS = 3
const OWN_POLL_MS = 12
const BUSY_FOR_MS = 1_000

/** A server that answers slowly is asked less often: the pause is at least so many times as long as its last answer took, and longer still where only this process is busy. */
const SLOWNESS = 2
const OWN_SLOWNESS = 4

/** For how long it counts what a look saw, for whoever does not wait for an answer. */
const LATELY_MS = 1_000

/** How soon after one note for other processes the next may go. */
const NOTE_GAP_MS = 20

/** Wake-ups of one backend object: those of its own writes at once, those of others by looking. */
export interface Ears {
  readonly news: News
  /** Others were seen to write. */
  othersWrote(): void
  listen(onWake: (wake: Wake) => void): Promise<Listening>
  /** Learns what others have written to the log by now; where somebody listens, by the same look that hears them. */
  catchUp(): Promise<void>
  /** Looks, whether somebody listens or not. Answers the end of what retention removed. */
  look(): Promise<Position>
  /** Whether looks go on by themselves, and the last one is less than a second old. */
  heardLately(): boolean
  /** Counts what was heard of schedules; `undefined` while nobody listens, so that nothing is heard. */
  schedulesHeard(): number | undefined
  close(): Promise<void>
}

/** What processes tell each other beside messages. Each counter rises. */
interface Pulse {
  readonly work: number
  readonly schedule: number
  readonly challenges: readonly { readonly name: string; readonly by: string }[]
}

const NO_PULSE: Pulse = { work: 0, schedule: 0, challenges: [] }

/** Challenges kept for others to see. */
const MOST_CHALLENGES = 50

export function openEars(parts: {
  readonly database: Database
  readonly chain: () => Chain
  readonly idlePollMs: number
  /** Hears the number of the last trim of a category, with every look. */
  readonly onThinned: (number: number) => void
  /** Told of the end of what retention removed, whenever it is seen. */
  readonly onTrimmed: (position: Position) => void
}): Ears {
  const { database } = parts
  const heard = new Set<(wake: Wake) => void>()
  let closed = false
  let flushing = false
  let noting: Promise<void> | undefined
  let toNote = { work: false, schedule: false, challenged: new Array<string>() }
  let polling: Promise<void> | undefined
  let wakeUp: (() => void) | undefined
  let lastNews = Number.NEGATIVE_INFINITY
  let lastOthers = Number.NEGATIVE_INFINITY

  const tell = (wakes: readonly Wake[]): void => {
    for (const hear of heard) for (const wake of wakes) hear(wake)
  }
  const happened = (): void => {
    lastNews = performance.now()
    wakeUp?.()
  }
  const othersWrote = (): void => {
    lastOthers = performance.now()
    happened()
  }
  const news = gatherNews(() => {
    if (flushing) return
    flushing = true
    queueMicrotask(flush)
  })
  function flush(): void {
    flushing = false
    const { wakes, left } = news.take()
    if (wakes.length === 0 || closed) return
    happened()
    tell(wakes)
    for (const wake of wakes) {
      if (wake.kind === "schedule") schedulesHeard += 1
      if (wake.kind === "work") toNote.work ||= left
      if (wake.kind === "schedule") toNote.schedule = true
      if (wake.kind === "challenge") toNote.challenged.push(wake.processName)
    }
    if (toNote.work || toNote.schedule || toNote.challenged.length > 0) noting ??= note()
  }
  /** Leaves word for other processes; what comes up while one is on its way goes with the next. Messages need none: the chain shows them. */
  async function note(): Promise<void> {
    try {
      while ((toNote.work || toNote.schedule || toNote.challenged.length > 0) && !closed) {
        const { work, schedule, challenged } = toNote
        toNote = { work: false, schedule: false, challenged: [] }
        const added = challenged.map((name) => ({ name, by: randomUUID() }))
        for (const { by } of added) ownChallenges.add(by)
        await database.read(() =>
          database.commits.updateOne(
            { _id: PULSE },
            {
              $inc: { "pulse.work": work ? 1 : 0, "pulse.schedule": schedule ? 1 : 0 },
              ...(added.length === 0
                ? {}
                : { $push: { "pulse.challenges": { $each: added, $slice: -MOST_CHALLENGES } } }),
            },
          ),
        )
        seen = { ...seen, work: seen.work + (work ? 1 : 0), schedule: seen.schedule + (schedule ? 1 : 0) }
        await pause(NOTE_GAP_MS)
      }
    } catch {
      // A wake-up is a hint: whoever misses it looks by itself.
    } finally {
      noting = undefined
    }
  }
  const ownChallenges = new Set<string>()
  let schedulesHeard = 0
  let lookedAt = 0
  let triedAt = 0
  let tookMs = 0
  let lost = false
  let seen = NO_PULSE
  let known = false

  const again = <T>(question: () => Promise<T>): Promise<T> => database.read(question)
  const once = <T>(question: () => Promise<T>): Promise<T> => database.once(question)
  /** One command: the pulse, and the commit with which the chain goes on. */
  const look = async (ask: Database["once"] = again): Promise<Position> => {
    const chain = parts.chain()
    const next = chain.head + 1
    const began = performance.now()
    const found = await ask(() =>
      database.commits.find({ _id: { $in: [PULSE, next] } }, { projection: AS_READ_ON }).toArray(),
    )
    tookMs = performance.now() - began
    const pulse = found.find(({ _id }) => _id === PULSE)?.pulse
    hearPulse(pulse)
    parts.onThinned(pulse?.thinned ?? 0)
    const commit = found.find(({ _id }) => _id === next)
    if (commit !== undefined) chain.meet(commit)
    if (commit !== undefined || !chain.isKnown) await chain.refresh()
    lookedAt = began
    const trimmedTo = pulse?.trimmedTo ?? 0
    parts.onTrimmed(trimmedTo)
    return trimmedTo
  }
  const hearPulse = ({ work = 0, schedule = 0, challenges = [] }: Partial<Pulse> = {}): void => {
    const before = known ? seen : undefined
    seen = { work, schedule, challenges }
    known = true
    if (before === undefined) return
    const wakes: Wake[] = []
    if (seen.work > before.work) wakes.push({ kind: "work" })
    if (seen.schedule > before.schedule) {
      schedulesHeard += 1
      wakes.push({ kind: "schedule" })
    }
    for (const { name, by } of seen.challenges)
      if (!before.challenges.some((one) => one.by === by) && !ownChallenges.has(by))
        wakes.push({ kind: "challenge", processName: name })
    if (wakes.length === 0) return
    othersWrote()
    tell(wakes)
  }
  /** How long to wait between two looks now. */
  const paceNow = (before: number): number => {
    const since = performance.now() - BUSY_FOR_MS
    if (lost || lastNews < since) return Math.min(before * 2, parts.idlePollMs)
    return lastOthers < since ? Math.max(OWN_POLL_MS, tookMs * OWN_SLOWNESS) : Math.max(BUSY_POLL_MS, tookMs * SLOWNESS)
  }
  const poll = async (): Promise<void> => {
    let pace = BUSY_POLL_MS
    while (heard.size > 0 && !closed) {
      if (performance.now() - lookedAt >= pace) {
        triedAt = performance.now()
        try {
          await look(once)
          if (lost) tell([{ kind: "reconnected" }])
          lost = false
        } catch {
          lost = true
          schedulesHeard += 1
        }
      }
      pace = paceNow(pace)
      await rest(Math.max(Math.max(lookedAt, triedAt) + pace - performance.now(), 1), pace > OWN_POLL_MS)
    }
    polling = undefined
  }
  /** Waits; when that is long, only until something happens, for then looks are to come quickly again. */
  const rest = (ms: number, isLong: boolean): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        wakeUp = undefined
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(done, ms)
      wakeUp = isLong ? done : undefined
    })
  return {
    news,
    othersWrote,
    async listen(onWake) {
      if (closed) throw closedError()
      const ear = (wake: Wake): void => onWake(wake)
      heard.add(ear)
      if (polling === undefined) {
        await parts.chain().refresh()
        known = false
        await look()
        polling ??= poll()
      }
      return {
        async close() {
          heard.delete(ear)
          if (heard.size === 0) wakeUp?.()
        },
      }
    },
    heardLately: () => polling !== undefined && known && !lost && performance.now() - lookedAt < LATELY_MS,
    async catchUp() {
      if (polling === undefined || !known) await parts.chain().refresh()
      else await look()
    },
    look: () => look(),
    schedulesHeard: () => (polling === undefined || !known ? undefined : schedulesHeard),
    async close() {
      closed = true
      heard.clear()
      wakeUp?.()
      await Promise.all([noting, polling])
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
