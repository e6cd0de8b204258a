import { type Bench, type Contender, subjectOf } from "../harness/bench.ts"
import { type Bars, ratios } from "../harness/ratios.ts"
import { type WorkLoad, type WorkTarget, workThrough } from "../harness/work-load.ts"

/** Who works on how many entries. `unordered`: it promises no order. */
export interface Working {
  readonly who: Contender<WorkTarget>
  readonly entries: number
  readonly unordered?: boolean
}

/** Who works, each with as many entries as it does in some seconds, and how much faster Millrace is to be. */
export interface WorkBench {
  readonly rounds: number
  readonly contenders: readonly Working[]
  readonly bars: Bars
}

/** A backlog handled by a handler that does nothing. */
export function drain(it: WorkBench): Bench {
  const what = "a backlog handled by a no-op handler, from the start of the worker until the storage holds all as done"
  return work("drain", what, { keys: 1_000, workMs: 0, failing: false }, it)
}

/** Keys that are each handled in order, with handlers that take a while. */
export function orderedPerKey(it: WorkBench): Bench {
  const what = "a backlog of 50 keys, each key in order, every handler taking 1 ms"
  return work("ordered-per-key", what, { keys: 50, workMs: 1, failing: false }, it)
}

/** The same with every handler failing the first time. */
export function orderedWhenFailing(it: WorkBench): Bench {
  const what = "a backlog of 50 keys, each key in order, every handler taking 1 ms and failing the first time"
  return work("ordered-when-failing", what, { keys: 50, workMs: 1, failing: true }, it)
}

function work(name: string, what: string, load: Omit<WorkLoad, "entries">, it: WorkBench): Bench {
  return {
    name,
    what,
    unit: "messages/s",
    rounds: it.rounds,
    subjects: it.contenders.map(({ who, ...own }) =>
      subjectOf(who, (target) => workThrough(target, { ...load, ...own })),
    ),
    claims: ratios(name, it.bars),
  }
}
