import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { commandsOnLongStreams } from "../benches/commands.ts"
import { endToEnd } from "../benches/end-to-end.ts"
import { growthOf } from "../benches/growth.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import { drain, orderedPerKey, orderedWhenFailing } from "../benches/work.ts"
import { workflows } from "../benches/workflows.ts"
import type { Suite } from "../harness/bench.ts"
import { atRest, startPostgresServer } from "../harness/start-postgres-server.ts"
import { twin } from "../subjects/bare-postgres/contenders.ts"
import { castore } from "../subjects/castore-postgres/contenders.ts"
import { dbos } from "../subjects/dbos-postgres/contenders.ts"
import { emmett } from "../subjects/emmett-postgres/contenders.ts"
import { graphileWorker } from "../subjects/graphile-worker/contenders.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"
import { pgBoss } from "../subjects/pg-boss/contenders.ts"

const rounds = 3
const millrace = millraceOn("postgres")

/** Millrace on Postgres beside the bare driver and its peers, all on one server. */
export const postgres: Suite = {
  start: startPostgresServer,
  benches: [
    appendManyCallers({
      rounds,
      contenders: [millrace.appends, twin.appends, emmett.appends, castore.appends],
      bars: { emmett: 10, twin: 0.8 },
    }),
    appendOneCaller({
      rounds,
      contenders: [millrace.appends, twin.appends, emmett.appends, castore.appends],
      bars: { twin: 0.85 },
    }),
    drain({
      rounds,
      contenders: [
        { who: millrace.work, entries: 60_000 },
        { who: graphileWorker("defaults").work, entries: 8_000, unordered: true },
        { who: graphileWorker("tuned").work, entries: 60_000, unordered: true },
        { who: pgBoss.work, entries: 40_000, unordered: true },
        { who: emmett.work, entries: 8_000 },
      ],
      bars: { "graphile-worker": 5, "graphile-worker-tuned": 1 },
    }),
    orderedPerKey({
      rounds,
      contenders: [
        { who: millrace.work, entries: 10_000 },
        { who: graphileWorker("concurrent").ordered, entries: 2_000 },
        { who: pgBoss.ordered, entries: 2_000 },
      ],
      bars: { "graphile-worker": 5 },
    }),
    orderedWhenFailing({
      rounds,
      contenders: [
        { who: millrace.work, entries: 5_000 },
        { who: graphileWorker("concurrent").ordered, entries: 2_000 },
        { who: pgBoss.ordered, entries: 2_000 },
      ],
      bars: { "graphile-worker": 5 },
    }),
    endToEnd({ rounds, contenders: [millrace.orders], slow: [emmett.orders], bars: { emmett: 10 } }),
    commandsOnLongStreams({
      rounds,
      contenders: [millrace.commands, emmett.commands, castore.commands],
      bars: { emmett: 10 },
    }),
    workflows({ rounds, steps: 1, contenders: [millrace.workflows, dbos.workflows], bars: { dbos: 1 } }),
    workflows({ rounds, steps: 5, contenders: [millrace.workflows, dbos.workflows], bars: { dbos: 3 } }),
    idleLatency([millrace.pings, graphileWorker("defaults").pings, pgBoss.pings]),
    idleCost(millrace.idleCost),
  ],
  growth: growthOf("postgres", { atRest }),
}
