import { laneAfterSettle, laneOfDeferral, lanesToReopen, type LaneState } from "../../src/backend/index.ts"

/** The rules under test, or a wrong variant of one of them. */
export interface LaneRules {
  /** How far a lane may read when it is claimed: `checkpoint` is right. */
  readonly laneReadsTo: (at: { readonly checkpoint: number; readonly head: number }) => number
  /** The lanes that a partition's settle opens again. */
  readonly reopen: typeof lanesToReopen
  /** Against which checkpoint a lane closes. */
  readonly closesAt: (at: { readonly now: number; readonly atClaim: number }) => number
}

/** The rules as every backend has them. */
export const theRules: LaneRules = {
  laneReadsTo: ({ checkpoint }) => checkpoint,
  reopen: lanesToReopen,
  closesAt: ({ now }) => now,
}

/** A group's work on one partition that holds one stream: what is stored, what is in flight. Positions are 1, 2, 3 … */
interface State {
  readonly head: number
  readonly checkpoint: number
  /** Messages whose handling was stored: always 1 … handled. */
  readonly handled: number
  readonly slice: { readonly from: number; readonly scannedTo: number; readonly left: boolean } | null
  readonly lane: LaneState | null
  readonly leased: { readonly scannedTo: number; readonly checkpoint: number } | null
}

/** What was found: how many states there are, and the first violation with the steps that lead to it. */
export interface Explored {
  readonly states: number
  readonly violation: string | undefined
}

const KEY = "s"
const NOW = 0

/** Explores every interleaving of appends, claims, settles, failures and deaths of workers, for up to `messages` messages. */
export function exploreLanes(messages: number, rules: LaneRules): Explored {
  const start: State = { head: 0, checkpoint: 0, handled: 0, slice: null, lane: null, leased: null }
  const seen = new Map<string, string>([[JSON.stringify(start), ""]])
  const queue = [start]
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const path = seen.get(JSON.stringify(state)) ?? ""
    for (const [step, next] of stepsFrom(state, messages, rules)) {
      const steps = `${path} > ${step}`
      if (typeof next === "string") return { states: seen.size, violation: `${next}:${steps}` }
      const wrong = violationOf(next)
      if (wrong !== undefined) return { states: seen.size, violation: `${wrong}:${steps}` }
      const key = JSON.stringify(next)
      if (seen.has(key)) continue
      seen.set(key, steps)
      queue.push(next)
    }
  }
  return { states: seen.size, violation: undefined }
}

/** Nothing is lost: whatever is not handled lies above the checkpoint, or in front of the lane, or is named by the slice in flight. */
function violationOf({ checkpoint, handled, lane, leased, slice }: State): string | undefined {
  if (leased !== null && slice !== null && !slice.left && leased.scannedTo > slice.from) return "handed out to two"
  if (lane !== null) return lane.next > handled + 1 ? "lost" : undefined
  return checkpoint > handled ? "lost" : undefined
}

type Step = readonly [string, State | string]

function* stepsFrom(state: State, messages: number, rules: LaneRules): Iterable<Step> {
  if (state.head < messages) yield ["append", { ...state, head: state.head + 1 }]
  yield* sliceSteps(state, rules)
  yield* laneSteps(state, rules)
}

function* sliceSteps(state: State, rules: LaneRules): Iterable<Step> {
  const { slice, checkpoint, head, lane } = state
  if (slice === null) {
    for (let scannedTo = checkpoint + 1; scannedTo <= head; scannedTo += 1)
      yield [
        `claim ${checkpoint}..${scannedTo}`,
        { ...state, slice: { from: checkpoint, scannedTo, left: lane !== null } },
      ]
    return
  }
  yield ["the slice's worker dies", { ...state, slice: null }]
  const settled = { ...state, checkpoint: slice.scannedTo, slice: null }
  if (slice.left) {
    for (let checkpoint = slice.from; checkpoint <= slice.scannedTo; checkpoint += 1) {
      const skipped = [{ key: KEY, position: slice.from + 1 }]
      const open = rules.reopen(skipped, { checkpoint, isOpen: () => lane !== null })[0]
      const after = open === undefined ? lane : dueAt(open.position)
      yield [`settle to ${checkpoint}, the stream left to its lane`, { ...settled, checkpoint, lane: after }]
    }
    return
  }
  yield ["settle, all done", handle(settled, slice.from + 1, slice.scannedTo)]
  for (let failed = slice.from + 1; failed <= slice.scannedTo; failed += 1) {
    const done = handle(settled, slice.from + 1, failed - 1)
    yield [`settle, ${failed} failed`, typeof done === "string" ? done : { ...done, lane: dueAt(failed) }]
  }
}

function* laneSteps(state: State, rules: LaneRules): Iterable<Step> {
  const { lane, leased, checkpoint, head } = state
  if (lane === null) return
  if (leased === null) {
    for (let scannedTo = lane.next; scannedTo <= rules.laneReadsTo({ checkpoint, head }); scannedTo += 1)
      yield [`claim lane ${lane.next}..${scannedTo}`, { ...state, leased: { scannedTo, checkpoint } }]
    return
  }
  yield ["the lane's worker dies", { ...state, leased: null }]
  const closesAt = rules.closesAt({ now: checkpoint, atClaim: leased.checkpoint })
  for (let doneTo = lane.next; doneTo <= leased.scannedTo; doneTo += 1) {
    const change = laneAfterSettle({ ...lane, single: false }, { doneTo }, { checkpoint: closesAt, now: NOW })
    const after = { ...state, leased: null, lane: change.kind === "close" ? null : change.lane }
    yield [`settle lane to ${doneTo}`, handle(after, lane.next, doneTo)]
  }
}

/** Stores the handling of some messages: each must be the next one of its stream. */
function handle(state: State, from: number, to: number): State | string {
  if (to < from) return state
  if (from <= state.handled) return "twice"
  if (from > state.handled + 1) return "out of order"
  return { ...state, handled: to }
}

function dueAt(position: number): LaneState {
  const { lane } = laneOfDeferral({ as: "retry", position, failures: 1, retryAt: NOW }, NOW)
  return { ...lane, failures: 0 }
}
