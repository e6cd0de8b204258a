import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"
import type { CommandTarget } from "../../harness/command-load.ts"
import type { OrderTarget } from "../../harness/order-load.ts"
import type { WorkTarget } from "../../harness/work-load.ts"

const peer = { name: "emmett", peer: "emmett-postgres" }

const appends: Contender<AppendTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./append.ts")).emmettAppends(url),
}
const orders: Contender<OrderTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./orders.ts")).emmettOrders(url),
}
const commands: Contender<CommandTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./commands.ts")).emmettCommands(url),
}
const work: Contender<WorkTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./work.ts")).emmettWork(url),
}

/** Emmett over its Postgres event store, as its documentation sets it up. */
export const emmett = { appends, orders, commands, work }
