import { partitionOf, type Position } from "@millrace/core/backend"

import { type GroupState, partitionAt } from "./group-state.ts"
import { type LogEntry, SEGMENT, segmentOf, type Segments } from "./segments.ts"

/** A message that a group waits for. */
export interface Waiting {
  readonly position: Position
  readonly type: string
  readonly stream: string
}

/** The most messages that are kept in mind for one partition. */
const MOST_AHEAD = 2_048

/** Segments looked through in one go; between two goes others get a turn. */
const SEGMENTS_AT_ONCE = 16

/** What lies before a group: the wanted messages above each partition's checkpoint, as far as this process has looked. */
export interface Ahead {
  /** Looks on, up to `head`, for a group as it is now. Each message of the log is looked at once for all partitions. */
  look(group: GroupState, head: Position): Promise<void>
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
  /** The checkpoint from which it was looked. */
  base: Position
}

/** `partitions`: of the log. */
export function aheadOf(segments: Segments, partitions: () => number): Ahead {
  let types: GroupState["types"] | undefined
  let wanted = ""
  let group = ""
  let lookouts: Lookout[] = []

  /** The lookout of a partition, as its checkpoint stands. What the group wants may have changed: then all begin anew. */
  const lookoutOf = (state: GroupState, partition: number): Lookout => {
    if (state.types !== types || state.id !== group) {
      const wants = JSON.stringify([...state.types].map(([type, { since }]) => [type, since]))
      if (wants !== wanted || state.id !== group) lookouts = []
      types = state.types
      wanted = wants
      group = state.id
    }
    const { checkpoint } = partitionAt(state, partition)
    let lookout = lookouts[partition]
    if (lookout === undefined || checkpoint < lookout.base) {
      lookout = { waiting: [], begin: 0, upto: checkpoint, base: checkpoint }
      lookouts[partition] = lookout
    }
    if (checkpoint > lookout.base) pass(lookout, checkpoint)
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
  const takeIn = (state: GroupState, entries: readonly LogEntry[], { begin, end }: Span): void => {
    // Those that have not got as far as this stretch are full: they come here later.
    const open = new Set(lookouts.filter(({ upto }) => upto >= begin))
    for (const { position, message } of entries) {
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
  }
  return {
    async look(state, head) {
      for (let count = 1; ; count += 1) {
        const low = lowest(state)
        if (low === undefined || low >= head) return
        const number = segmentOf(low + 1)
        const entries = await segments.load(number, head)
        // The next stretch is on its way while this one's messages are handled.
        if ((number + 1) * SEGMENT < head) void segments.load(number + 1, head).catch(() => {})
        takeIn(state, entries, { begin: number * SEGMENT, end: Math.min((number + 1) * SEGMENT, head) })
        if (count % SEGMENTS_AT_ONCE === 0) await turn()
      }
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

interface Span {
  readonly begin: Position
  readonly end: Position
}

/** Passes over what lies at or below a checkpoint. */
function pass(lookout: Lookout, checkpoint: Position): void {
  while ((lookout.waiting[lookout.begin]?.position ?? Number.POSITIVE_INFINITY) <= checkpoint) lookout.begin += 1
  if (lookout.begin > MOST_AHEAD || lookout.begin === lookout.waiting.length) {
    lookout.waiting = lookout.waiting.slice(lookout.begin)
    lookout.begin = 0
  }
  lookout.base = Math.max(lookout.base, checkpoint)
  lookout.upto = Math.max(lookout.upto, checkpoint)
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
