import { type Bench, type Contender, subjectOf } from "../harness/bench.ts"
import { type Bars, ratios } from "../harness/ratios.ts"
import { type ReadTarget, readThrough } from "../harness/read-load.ts"

/** Who reads, how long the log is, and how much faster Millrace is to be. */
export interface ReadBench {
  readonly rounds: number
  readonly messages: number
  readonly contenders: readonly Contender<ReadTarget>[]
  readonly bars: Bars
}

/** The whole log, read and decoded. */
export function readLog({ rounds, messages, contenders, bars }: ReadBench): Bench {
  return {
    name: "read-log",
    what: "messages of a log read from its beginning to its end, decoded, in order",
    unit: "messages/s",
    rounds,
    subjects: contenders.map((one) => subjectOf(one, (target) => readThrough(target, messages))),
    claims: ratios("read-log", bars),
  }
}
