import type { Contender } from "../../harness/bench.ts"
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

/** pg-boss. */
export const pgBoss = { work, ordered }
