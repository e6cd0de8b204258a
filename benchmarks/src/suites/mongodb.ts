import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import { readLog } from "../benches/read-log.ts"
import type { AppendTarget } from "../harness/append-load.ts"
import type { Contender, Suite } from "../harness/bench.ts"
import type { ReadTarget } from "../harness/read-load.ts"
import { startMongodbServer } from "../harness/start-mongodb-server.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"

const millrace = millraceOn("mongodb")

const twin = {
  appends: {
    name: "twin",
    open: async ({ url }) => (await import("../subjects/bare-mongodb/append.ts")).bareAppends(url),
  } satisfies Contender<AppendTarget>,
  reading: {
    name: "twin",
    open: async ({ url }) => (await import("../subjects/bare-mongodb/read.ts")).bareReading(url),
  } satisfies Contender<ReadTarget>,
}

const oneByOne: Contender<AppendTarget> = {
  name: "one-by-one",
  open: async ({ url }) => (await import("../subjects/bare-mongodb/append.ts")).oneByOneAppends(url),
}

const emmett: Contender<AppendTarget> = {
  name: "emmett",
  peer: "emmett-mongodb",
  open: async ({ url }) => (await import("../subjects/emmett-mongodb/append.ts")).emmettAppends(url),
}

/** Millrace on MongoDB beside the bare driver and Emmett, all on one server. */
export const mongodb: Suite = {
  start: startMongodbServer,
  benches: [
    appendManyCallers({
      rounds: 3,
      contenders: [millrace.appends, twin.appends, oneByOne, emmett],
      bars: { twin: 0.7, "one-by-one": 10 },
    }),
    appendOneCaller({ rounds: 3, contenders: [millrace.appends, twin.appends, emmett], bars: { twin: 0.7 } }),
    readLog({ rounds: 3, messages: 50_000, contenders: [millrace.reading, twin.reading], bars: { twin: 0.6 } }),
    // This server has no change streams: a process that was busy a moment ago looks often.
    idleLatency([millrace.idleLatency], 10),
    idleCost(millrace.idleCost),
  ],
  growth: [],
}
