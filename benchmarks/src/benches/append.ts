import { appendUnderLoad, type AppendTarget } from "../harness/append-load.ts"
import { type Bench, type Contender, subjectOf } from "../harness/bench.ts"
import { type Bars, ratios } from "../harness/ratios.ts"

/** Who appends, and how much faster Millrace is to be. */
export interface AppendBench {
  readonly rounds: number
  readonly contenders: readonly Contender<AppendTarget>[]
  readonly bars: Bars
}

/** Appends of one event with 64 callers at once. */
export function appendManyCallers(it: AppendBench): Bench {
  const what = "durable appends of one event each, 64 callers at once, each waiting for its own"
  return appends("append-64-callers", what, 64, it)
}

/** Appends of one event, one after another. */
export function appendOneCaller(it: AppendBench): Bench {
  return appends("append-1-caller", "durable appends of one event each, one after another", 1, it)
}

function appends(name: string, what: string, callers: number, { rounds, contenders, bars }: AppendBench): Bench {
  const load = { callers, warmUpMs: 700, spanMs: 2_500 }
  return {
    name,
    what,
    unit: "appends/s",
    rounds,
    subjects: contenders.map((one) => subjectOf(one, (target) => appendUnderLoad(target, load))),
    claims: ratios(name, bars),
  }
}
