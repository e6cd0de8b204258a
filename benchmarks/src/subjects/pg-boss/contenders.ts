import type { Contender } from "../../harness/bench.ts"
import type { PingTarget } from "../../harness/idle-latency.ts"
import type { WorkTarget } from "../../harness/work-load.ts"

const peer = { name: "pg-boss-tuned", peer: "pg-boss" }

const work: Contender<WorkTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./work.ts")).pgBossWork(url, false),
}
const ordered: Contender<WorkTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./work.ts")).pgBossWork(url, true),
}
const pings: Contender<PingTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./pings.ts")).pgBossPings(url),
}

/** pg-boss. */
export const pgBoss = { work, ordered, pings }
