import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"
import type { OrderTarget } from "../../harness/order-load.ts"
import type { Setup } from "./open-store.ts"

/** Emmett over its SQLite event store, in a set-up. */
export function emmettSqlite(setup: Setup) {
  const peer = { name: setup === "tuned" ? "emmett-sqlite-tuned" : "emmett-sqlite", peer: "emmett-sqlite" }
  const appends: Contender<AppendTarget> = {
    ...peer,
    open: async ({ url }) => (await import("./append.ts")).emmettAppends(url, setup),
  }
  const orders: Contender<OrderTarget> = {
    ...peer,
    open: async ({ url }) => (await import("./orders.ts")).emmettOrders(url, setup),
  }
  return { appends, orders }
}
