import type { Bench } from "../harness/bench.ts"

/** From an append to the handler in another process that has had nothing to do. */
export const idleLatency: Bench = {
  name: "idle-latency",
  what: "from the call of append to the handler in another, idle process",
  unit: "ms p50",
  rounds: 3,
  subjects: [
    {
      name: "millrace",
      measure: async ({ folder }) => (await import("../subjects/millrace/idle-latency.ts")).idleLatency(folder),
    },
  ],
  claims: [{ kind: "limit", name: "idle-latency-p50-ms", of: "millrace", bar: 5 }],
}

/** What a process that has nothing to do asks of the database. */
export const idleCost: Bench = {
  name: "idle-cost",
  what: "statements of a process with 50 idle groups, a million settled messages in the log",
  unit: "statements/s",
  rounds: 1,
  subjects: [
    {
      name: "millrace",
      measure: async ({ folder }) => (await import("../subjects/millrace/idle-cost.ts")).idleCost(folder),
    },
  ],
  claims: [{ kind: "limit", name: "idle-50-groups-statements-per-second", of: "millrace", bar: 2 }],
}
