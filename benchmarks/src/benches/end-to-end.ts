import { type Bench, type Contender, subjectOf } from "../harness/bench.ts"
import { type OrderLoad, type OrderTarget, placeOrders } from "../harness/order-load.ts"
import { type Bars, ratios } from "../harness/ratios.ts"

const many: OrderLoad = { callers: 64, cartsPerCaller: 30, ordersPerCart: 10, warmUpCarts: 10 }
/** For a subject that takes a hundred times as long. */
const few: OrderLoad = { callers: 64, cartsPerCaller: 3, ordersPerCart: 10, warmUpCarts: 0 }

/** Who takes orders, and how much faster Millrace is to be. */
export interface EndToEndBench {
  readonly rounds: number
  readonly contenders: readonly Contender<OrderTarget>[]
  /** Contenders that are given a tenth of the orders. */
  readonly slow: readonly Contender<OrderTarget>[]
  readonly bars: Bars
}

/** A command decided into an event, the event answered by a reaction, in one process. */
export function endToEnd({ rounds, contenders, slow, bars }: EndToEndBench): Bench {
  const name = "end-to-end"
  return {
    name,
    what: "orders from the command's acceptance to the stored message of its reaction, one process, 64 callers, defaults",
    unit: "orders/s",
    rounds,
    subjects: [
      ...contenders.map((one) => subjectOf(one, (target) => placeOrders(target, many))),
      ...slow.map((one) => subjectOf(one, (target) => placeOrders(target, few))),
    ],
    claims: ratios(name, bars),
  }
}
