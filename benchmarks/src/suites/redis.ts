import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { growthOf } from "../benches/growth.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import { longestScript } from "../benches/longest-script.ts"
import { drain, orderedPerKey, orderedWhenFailing } from "../benches/work.ts"
import type { Suite } from "../harness/bench.ts"
import { startRedisServer } from "../harness/start-redis-server.ts"
import { twin } from "../subjects/bare-redis/contenders.ts"
import { bullmq } from "../subjects/bullmq/contenders.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"
import { scripts } from "../subjects/millrace/scripts.ts"

const rounds = 3
/** It all lies in memory: 400 bytes a message. */
const SIZES = [10_000, 100_000, 1_000_000]
const millrace = millraceOn("redis")

/** Millrace on Redis beside its own append script sent bare, and beside BullMQ, all on servers that synchronise alike. */
export function redisSuite(appendfsync: "always" | "everysec"): Suite {
  return {
    start: () => startRedisServer(appendfsync),
    benches: [
      appendManyCallers({
        rounds,
        contenders: [millrace.appends, twin.pipelined, twin.grouped, bullmq.addBulk, bullmq.addBulkGrouped, bullmq.add],
        bars: { twin: 0.7, "bullmq-add-bulk": 2 },
      }),
      appendOneCaller({ rounds, contenders: [millrace.appends, twin.pipelined, bullmq.add], bars: {} }),
      drain({
        rounds,
        contenders: [
          { who: millrace.work, entries: 60_000 },
          { who: bullmq.work, entries: 20_000 },
        ],
        bars: { bullmq: 1.5 },
      }),
      orderedPerKey({
        rounds,
        contenders: [
          { who: millrace.work, entries: 20_000 },
          { who: bullmq.unordered, entries: 10_000 },
        ],
        bars: {},
      }),
      orderedWhenFailing({
        rounds,
        contenders: [
          { who: millrace.work, entries: 5_000 },
          { who: bullmq.unordered, entries: 5_000 },
        ],
        bars: {},
      }),
      idleLatency([millrace.pings]),
      idleCost(millrace.idleCost),
      longestScript(scripts),
    ],
    growth: growthOf("redis", { sizes: SIZES }),
  }
}
