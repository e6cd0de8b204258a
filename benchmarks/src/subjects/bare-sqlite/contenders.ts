import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"
import type { OrderTarget } from "../../harness/order-load.ts"

const appends: Contender<AppendTarget> = {
  name: "twin",
  open: async ({ url }) => (await import("./append.ts")).bareAppends(url),
}
const orders: Contender<OrderTarget> = {
  name: "twin",
  open: async ({ url }) => (await import("./orders.ts")).bareOrders(url),
}

/** The bare driver. */
export const twin = { appends, orders }
