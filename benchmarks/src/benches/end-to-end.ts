import { join } from "node:path"

import type { Bench, Subject } from "../harness/bench.ts"
import { type OrderLoad, placeOrders } from "../harness/order-load.ts"

const millrace: Subject = {
  name: "millrace",
  async measure({ folder }) {
    const { millraceOrders } = await import("../subjects/millrace/orders.ts")
    const { sqliteBackend } = await import("../../../packages/sqlite/src/index.ts")
    return placeOrders(await millraceOrders(sqliteBackend(join(folder, "millrace.db"))), many)
  },
}

const emmett = (name: string, setup: "documented" | "tuned", load: OrderLoad): Subject => ({
  name,
  peer: "emmett-sqlite",
  async measure({ folder }) {
    const { emmettOrders } = await import("../subjects/emmett-sqlite/orders.ts")
    return placeOrders(await emmettOrders(folder, setup), load)
  },
})

const twin: Subject = {
  name: "twin",
  async measure({ folder }) {
    const { bareOrders } = await import("../subjects/bare-sqlite/orders.ts")
    return placeOrders(bareOrders(folder), many)
  },
}

const many: OrderLoad = { callers: 64, cartsPerCaller: 30, ordersPerCart: 10, warmUpCarts: 10 }
/** For a subject that takes a hundred times as long. */
const few: OrderLoad = { callers: 64, cartsPerCaller: 3, ordersPerCart: 10, warmUpCarts: 0 }

/** A command decided into an event, the event answered by a reaction, in one process. */
export const endToEnd: Bench = {
  name: "end-to-end",
  what: "orders from the command's acceptance to the stored message of its reaction, one process, 64 callers, defaults",
  unit: "orders/s",
  rounds: 5,
  subjects: [millrace, twin, emmett("emmett-sqlite", "documented", few), emmett("emmett-sqlite-tuned", "tuned", few)],
  claims: [
    { kind: "ratio", name: "end-to-end-to-emmett-sqlite", of: "millrace", to: "emmett-sqlite", bar: 15 },
    // Not the peer as its documentation sets it up, so a bar of our own: see the README.
    { kind: "ratio", name: "end-to-end-to-emmett-sqlite-tuned", of: "millrace", to: "emmett-sqlite-tuned", bar: 10 },
    { kind: "ratio", name: "end-to-end-to-twin", of: "millrace", to: "twin", bar: 0.4 },
  ],
}
