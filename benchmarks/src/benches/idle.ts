import { type Bench, type Contender, type Subject, subjectOf } from "../harness/bench.ts"
import { measureIdleLatency, type PingTarget } from "../harness/idle-latency.ts"

/** From an append to the handler in another process that has had nothing to do. `millrace` first. `barMs`: where nothing pushes wake-ups, looking takes longer. */
export function idleLatency(contenders: readonly Contender<PingTarget>[], barMs = 5): Bench {
  return {
    name: "idle-latency",
    what: "from the call of append to the handler in another, idle process",
    unit: "ms p50",
    rounds: 3,
    subjects: contenders.map((one) => subjectOf(one, measureIdleLatency)),
    claims: [{ kind: "limit", name: "idle-latency-p50-ms", of: "millrace", bar: barMs }],
  }
}

/** A million messages are stored and settled before anything is counted. */
const LIMIT_MS = 600_000

/** What a process that has nothing to do asks of the database. */
export function idleCost(millrace: Subject): Bench {
  return {
    name: "idle-cost",
    what: "statements of a process with 50 idle groups, a million settled messages in the log",
    unit: "statements/s",
    rounds: 1,
    subjects: [millrace],
    claims: [{ kind: "limit", name: "idle-50-groups-statements-per-second", of: "millrace", bar: 2 }],
    limitMs: LIMIT_MS,
  }
}
