import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import { longestScript } from "../benches/longest-script.ts"
import { drain, orderedPerKey, orderedWhenFailing } from "../benches/work.ts"
import type { AppendTarget } from "../harness/append-load.ts"
import type { Contender, Subject, Suite } from "../harness/bench.ts"
import { longestScriptMs } from "../harness/longest-script.ts"
import { startRedisServer } from "../harness/start-redis-server.ts"
import type { WorkTarget } from "../harness/work-load.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"
import { openBackend } from "../subjects/millrace/open-backend.ts"

const millrace = millraceOn("redis")

const twin = (name: string, how: "pipelined" | "grouped"): Contender<AppendTarget> => ({
  name,
  open: async ({ url }) => (await import("../subjects/bare-redis/append.ts")).bareAppends(url, how),
})

const bullmq = (name: string, by: "add" | "addBulk" | "addBulk grouped"): Contender<AppendTarget> => ({
  name,
  peer: "bullmq",
  open: async ({ url }) => (await import("../subjects/bullmq/append.ts")).bullmqAppends(url, by),
})

const bullmqWorking = (concurrency: number): Contender<WorkTarget> => ({
  name: "bullmq",
  peer: "bullmq",
  open: async ({ url }) => (await import("../subjects/bullmq/work.ts")).bullmqWork(url, concurrency),
})

const scriptsOfMillrace: Subject = {
  name: "millrace",
  async measure({ url }) {
    const { allKindsOfWork } = await import("../subjects/millrace/all-kinds-of-work.ts")
    const { operations, faults } = await allKindsOfWork(await openBackend("redis", url))
    return { value: await longestScriptMs(url), operations, faults, facts: {} }
  },
}

/** Millrace on Redis beside its own append script sent bare, and beside BullMQ, all on servers that synchronise alike. */
export function redisSuite(appendfsync: "always" | "everysec"): Suite {
  return {
    start: () => startRedisServer(appendfsync),
    benches: [
      appendManyCallers({
        rounds: 3,
        contenders: [
          millrace.appends,
          twin("twin", "pipelined"),
          twin("twin-grouped", "grouped"),
          bullmq("bullmq-add-bulk", "addBulk"),
          bullmq("bullmq-add-bulk-grouped", "addBulk grouped"),
          bullmq("bullmq-add", "add"),
        ],
        bars: { twin: 0.7, "bullmq-add-bulk": 2 },
      }),
      appendOneCaller({
        rounds: 3,
        contenders: [millrace.appends, twin("twin", "pipelined"), bullmq("bullmq-add", "add")],
        bars: {},
      }),
      drain({
        rounds: 3,
        contenders: [
          { who: millrace.work, entries: 50_000 },
          { who: bullmqWorking(16), entries: 20_000 },
        ],
        bars: { bullmq: 1.5 },
      }),
      orderedPerKey({
        rounds: 3,
        contenders: [
          { who: millrace.work, entries: 20_000 },
          { who: bullmqWorking(50), entries: 20_000 },
        ],
        bars: {},
      }),
      orderedWhenFailing({
        rounds: 3,
        contenders: [
          { who: millrace.work, entries: 5_000 },
          { who: bullmqWorking(50), entries: 5_000 },
        ],
        bars: {},
      }),
      idleLatency([millrace.idleLatency]),
      idleCost(millrace.idleCost),
      longestScript(scriptsOfMillrace),
    ],
    growth: [],
  }
}
