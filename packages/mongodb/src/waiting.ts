import { partitionOf, type Position } from "@millrace/core/backend"

import { type GroupState, partitionAt } from "./group-state.ts"
import { firstAbove, type LogEntry } from "./segments.ts"

/** A message that a group waits for. */
export interface Waiting {
  readonly position: Position
  readonly type: string
  readonly stream: string
}

/** The most messages that are kept in mind for one partition. */
const MOST_AHEAD = 2_048

/** What lies before a group: the wanted messages above each partition's checkpoint, as far as this process has looked. */
export interface Ahead {
  /** The position above which something is not looked at yet; `undefined` while enough is kept in mind for every partition. */
  lookedTo(group: GroupState): Position | undefined
  /** Takes in what a stretch of the log holds, all of it in order. Each message is looked at once for all partitions. */
  take(group: GroupState, entries: readonly LogEntry[], stretch: Stretch): void
  /** The first waiting message of a partition. */
  first(group: GroupState, partition: number): Waiting | undefined
  /** The waiting messages of a partition, in order, and up to where they are all. */
  of(group: GroupState, partition: number): { readonly waiting: readonly Waiting[]; readonly upto: Position }
}

interface Lookout {
  /** Rising. Some may lie at or below the checkpoint: they are passed over. */
  waiting: Waiting[]
  /** The first of `waiting` that was not passed over yet. */
  begin: number
  /** Everything wanted above the base and up to here is in `waiting`. */
  upto: Position
  /** The checkpoint from which it was looked, or the end of what was trimmed. */
  base: Position
}

/** Positions above `begin`, up to `end`. */
export interface Stretch {
  readonly begin: Position
  readonly end: Position
}

/** `partitions`: of the log. */
export function aheadOf(partitions: () => number): Ahead {
  let types: GroupState["types"] | undefined
  let wanted = ""
  let group = ""
  let thinned = 0
  let lookouts: Lookout[] = []

  /** The lookout of a partition, as its checkpoint stands. What the group wants may have changed: then all begin anew. */
  const lookoutOf = (state: GroupState, partition: number): Lookout => {
    if (state.types !== types || state.id !== group || state.thinned !== thinned) {
      const wants = wantsOf(state)
      if (wants !== wanted || state.id !== group || state.thinned !== thinned) lookouts = []
      thinned = state.thinned
      types = state.types
      wanted = wants
      group = state.id
    }
    // What was trimmed may still be kept in mind, where a trim and a reset below its end came between two looks.
    const from = Math.max(partitionAt(state, partition).checkpoint, state.floor)
    let lookout = lookouts[partition]
    if (lookout === undefined || from < lookout.base) {
      lookout = { waiting: [], begin: 0, upto: from, base: from }
      lookouts[partition] = lookout
    }
    if (from > lookout.base) pass(lookout, from)
    return lookout
  }
  /** The lowest position above which something is not looked at yet. */
  const lowest = (state: GroupState): Position | undefined => {
    let low: Position | undefined
    for (const { partition } of state.partitions) {
      const { waiting, begin, upto } = lookoutOf(state, partition)
      if (waiting.length - begin < MOST_AHEAD && (low === undefined || upto < low)) low = upto
    }
    return low
  }
  return {
    lookedTo: lowest,
    take(state, entries, { begin, end }) {
      // Meanwhile somebody may have looked for the group as it was or will be.
      if (state.id !== group || state.thinned !== thinned || (state.types !== types && wantsOf(state) !== wanted))
        return
      // Those that have not got as far as this stretch are full: they come here later.
      const open = new Set(lookouts.filter(({ upto }) => upto >= begin))
      const from = Math.min(end, ...[...open].map(({ upto }) => upto))
      for (let at = firstAbove(entries, from); at < entries.length; at += 1) {
        const entry = entries[at]
        if (entry === undefined || entry.position > end) break
        const { position, message } = entry
        const wants = state.types.get(message.type)
        if (wants === undefined || position <= wants.since || position <= state.floor) continue
        const lookout = lookouts[state.order === "stream" ? partitionOf(message.stream, partitions()) : 0]
        if (lookout === undefined || !open.has(lookout) || position <= lookout.upto) continue
        if (lookout.waiting.length - lookout.begin >= MOST_AHEAD) {
          open.delete(lookout)
          lookout.upto = position - 1
          continue
        }
        lookout.waiting.push({ position, type: message.type, stream: message.stream })
      }
      for (const lookout of open) lookout.upto = Math.max(lookout.upto, end)
    },
    first(state, partition) {
      const { waiting, begin } = lookoutOf(state, partition)
      return waiting[begin]
    },
    of(state, partition) {
      const { waiting, begin, upto } = lookoutOf(state, partition)
      return { waiting: waiting.slice(begin), upto }
    },
  }
}

function wantsOf({ types }: GroupState): string {
  return JSON.stringify([...types].map(([type, { since }]) => [type, since]))
}

/** Passes over what lies up to a position. */
function pass(lookout: Lookout, upto: Position): void {
  while ((lookout.waiting[lookout.begin]?.position ?? Number.POSITIVE_INFINITY) <= upto) lookout.begin += 1
  if (lookout.begin > MOST_AHEAD || lookout.begin === lookout.waiting.length) {
    lookout.waiting = lookout.waiting.slice(lookout.begin)
    lookout.begin = 0
  }
  lookout.base = Math.max(lookout.base, upto)
  lookout.upto = Math.max(lookout.upto, upto)
}
