import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import { growth } from "../benches/log-growth.ts"
import { readLog } from "../benches/read-log.ts"
import { drain } from "../benches/work.ts"
import type { Suite } from "../harness/bench.ts"
import { startMongodbServer } from "../harness/start-mongodb-server.ts"
import { twin } from "../subjects/bare-mongodb/contenders.ts"
import { emmett } from "../subjects/emmett-mongodb/contenders.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"

const rounds = 3
const millrace = millraceOn("mongodb")

/** Millrace on MongoDB beside the bare driver and Emmett, all on one server. */
export const mongodb: Suite = {
  start: startMongodbServer,
  benches: [
    appendManyCallers({
      rounds,
      contenders: [millrace.appends, twin.appends, twin.oneByOne, emmett.appends],
      bars: { twin: 0.7, "one-by-one": 10, emmett: 10 },
    }),
    appendOneCaller({ rounds, contenders: [millrace.appends, twin.appends, emmett.appends], bars: { twin: 0.7 } }),
    drain({
      rounds,
      contenders: [
        { who: millrace.work, entries: 60_000 },
        { who: twin.work, entries: 60_000 },
      ],
      bars: { twin: 0.5 },
    }),
    readLog({ rounds, messages: 50_000, contenders: [millrace.reading, twin.reading], bars: { twin: 0.6 } }),
    // This server has no change streams: a process that was busy a moment ago looks often.
    idleLatency([millrace.pings], 10),
    idleCost(millrace.idleCost),
  ],
  growth: [growth(millrace.growing)],
}
