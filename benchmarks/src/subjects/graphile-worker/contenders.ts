import type { Contender } from "../../harness/bench.ts"
import type { PingTarget } from "../../harness/idle-latency.ts"
import type { WorkTarget } from "../../harness/work-load.ts"
import type { Setup } from "./work.ts"

/** graphile-worker in a set-up. */
export function graphileWorker(setup: Setup) {
  const peer = { name: setup === "tuned" ? "graphile-worker-tuned" : "graphile-worker", peer: "graphile-worker" }
  const work: Contender<WorkTarget> = {
    ...peer,
    open: async ({ url }) => (await import("./work.ts")).graphileWork(url, { setup, ordered: false }),
  }
  const ordered: Contender<WorkTarget> = {
    ...peer,
    open: async ({ url }) => (await import("./work.ts")).graphileWork(url, { setup, ordered: true }),
  }
  const pings: Contender<PingTarget> = {
    ...peer,
    open: async ({ url }) => (await import("./pings.ts")).graphilePings(url),
  }
  return { work, ordered, pings }
}
