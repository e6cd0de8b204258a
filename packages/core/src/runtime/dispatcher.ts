import type { Idle } from "../backend/claim.ts"
import type { Wake } from "../backend/wake.ts"
import type { Clock } from "./clock.ts"

/**
 * Knows which groups may have something to do and wakes one worker at a time for them; a worker that found something wakes the next.
 * Groups are marked by messages of their types (stored in this process or heard of), by time (`Idle.nextAt`), and by a slow poll.
 */
export interface Dispatcher {
  /** A group and its types, as registered. */
  want(group: string, types: readonly string[]): void
  forget(group: string): void
  /** Something happened that may be work: everything, or what concerns these types or this group. */
  news(news: { readonly types?: readonly string[] | null; readonly group?: string }): void
  heard(wake: Wake): void
  /** All groups that may have something. */
  may(): readonly string[]
  /** The groups to ask for now, or none: all that may have something, or one alone whose turn it is. */
  ask(): Asked
  /** The moment of an ask that begins now. */
  moment(): number
  /** A slice of this group was handed out. */
  served(group: string): void
  /** The backend had nothing for these groups: they rest until news or time. */
  rest(asked: Asked, idle: Idle): void
  /** A slice of this group was given up: whoever asked while it was held was told to rest. Wakes nobody: the caller asks next. */
  again(group: string): void
  /** Resolves when there may be something to ask for. */
  wait(): Promise<void>
  /** Calls back whenever groups were marked; answers how to end that. */
  watch(marked: () => void): () => void
  /** Lets the next waiting worker look, if there is anything to look for. */
  wakeNext(): void
  /** Lets every waiting worker look, for the end. */
  wakeAll(): void
  close(): void
}

/** How long to wait for what is due already and yet not to be had (a schedule that nobody could append yet): never a busy loop. */
const OVERDUE_MS = 100

/**
 * So many slices of others a group waits for at most before it is asked for alone. A storage hands out what has waited longest: where streams of one group fail again and again, each of their retries is older than anything
 * new, and without turns nothing else would be handled before all of them were given up.
 */
export const SLICES_BEFORE_A_TURN = 8

/** The groups asked for, and the moment of asking: news that come later are not forgotten. */
export interface Asked {
  readonly groups: readonly string[]
  readonly moment: number
  /** Only the slow poll says that there may be work. */
  readonly routine: boolean
}

export function createDispatcher({ clock, pollMs }: { readonly clock: Clock; readonly pollMs: number }): Dispatcher {
  const wanting = new Map<string, Set<string>>() // type → groups
  const marked = new Map<string, number>() // group → moment of the last mark; 0 = at rest
  const polled = new Set<string>() // groups that were at rest until the slow poll
  const turns = new Map<string, number>() // marked group → slices handed out when its turn was last, or when it was marked
  const waiting: (() => void)[] = []
  const watching = new Set<() => void>()
  let moment = 1
  let slices = 0
  let timer: { readonly at: number; readonly cancel: () => void } | undefined

  const wakeNext = (): void => {
    if (waiting.length > 0 && [...marked.values()].some((mark) => mark > 0)) waiting.shift()?.()
  }
  const mark = (groups: Iterable<string>, byPoll = false): void => {
    moment += 1
    for (const group of groups) {
      const before = marked.get(group)
      if (before === undefined) continue
      if (!byPoll) polled.delete(group)
      else if (before === 0) polled.add(group)
      if (before === 0) turns.set(group, slices)
      marked.set(group, moment)
    }
    for (const told of watching) told()
    wakeNext()
  }
  /** Of groups that may have something: the one that others have been served before for longest, if that is long. */
  const whoseTurn = (groups: readonly string[]): string | undefined => {
    if (groups.length < 2) return undefined
    const turnOf = (group: string): number => turns.get(group) ?? slices
    const first = groups.reduce((one, other) => (turnOf(other) < turnOf(one) ? other : one))
    return slices - turnOf(first) >= SLICES_BEFORE_A_TURN ? first : undefined
  }
  const poll = (): void => {
    mark([...marked.keys()], true)
    cancelPoll = clock.setTimer(pollMs, poll)
  }
  let cancelPoll = clock.setTimer(pollMs, poll)

  const news: Dispatcher["news"] = ({ types, group }) => {
    if (marked.size === 0) return
    const concerned = new Set<string>(group === undefined ? [] : [group])
    for (const type of types ?? []) for (const one of wanting.get(type) ?? []) concerned.add(one)
    if (types === null) for (const one of marked.keys()) concerned.add(one)
    if (concerned.size > 0) mark(concerned)
  }

  const may = (): readonly string[] => [...marked].filter(([, at]) => at > 0).map(([group]) => group)

  return {
    want(group, types) {
      for (const type of types) {
        const groups = wanting.get(type)
        if (groups === undefined) wanting.set(type, new Set([group]))
        else groups.add(group)
      }
      marked.set(group, moment)
      polled.delete(group)
      turns.set(group, slices)
      wakeNext()
    },
    forget(group) {
      marked.delete(group)
      polled.delete(group)
      turns.delete(group)
      for (const groups of wanting.values()) groups.delete(group)
    },
    news,
    heard(wake) {
      if (wake.kind === "messages") news({ types: wake.types })
      else if (wake.kind === "work" || wake.kind === "reconnected") news({ types: null })
    },
    may,
    ask() {
      const all = may()
      const next = whoseTurn(all)
      if (next !== undefined) turns.set(next, slices)
      const groups = next === undefined ? all : [next]
      return { groups, moment, routine: groups.every((group) => polled.has(group)) }
    },
    moment: () => moment,
    served(group) {
      slices += 1
      turns.set(group, slices)
    },
    rest({ groups, moment: asked }, idle) {
      for (const group of groups) if ((marked.get(group) ?? Infinity) <= asked) marked.set(group, 0)
      if (idle.nextAt === null) return
      const dueIn = idle.nextAt > idle.now ? idle.nextAt - idle.now : OVERDUE_MS
      const at = clock.now() + dueIn
      if (timer !== undefined && timer.at <= at && timer.at > clock.now()) return
      timer?.cancel()
      timer = { at, cancel: clock.setTimer(dueIn, () => mark([...marked.keys()])) }
    },
    again(group) {
      if (marked.get(group) === 0) turns.set(group, slices)
      if (marked.has(group)) marked.set(group, (moment += 1))
    },
    wait: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        wakeNext()
      }),
    watch(told) {
      watching.add(told)
      return () => void watching.delete(told)
    },
    wakeNext,
    wakeAll() {
      for (const resolve of waiting.splice(0)) resolve()
    },
    close() {
      cancelPoll()
      timer?.cancel()
    },
  }
}
