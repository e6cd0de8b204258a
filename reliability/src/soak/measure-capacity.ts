import type { Crew } from "./crew/hire.ts"
import { Sent } from "./member/asks.ts"
import { untilIdle } from "./until-idle.ts"
import { untilNear } from "./until-near.ts"

/** What storage and processes bore with every group keeping up. */
export interface Capacity {
  /** Orders stored, decided, handled and settled, by second. */
  readonly perSecond: number
  /** Those that were measured, and those before. */
  readonly orders: number
  readonly warmUpOrders: number
  readonly tookMs: number
}

/** Callers of the closed loop. */
const CALLERS = 64
/** A round of orders, a few for each stream: the next begins when no group is more than one behind. */
const ROUND_ORDERS = 128
/** A load before, as a share of what is measured, so that neither the log is empty nor processes still compile. */
const WARM_UP_SHARE = 1 / 3

/**
 * Rounds of orders as fast as callers get answers, for at least so long, and the time until the last of them has settled. A closed loop alone would run ahead of whoever handles, and what they make up for at the end they
 * do in large slices: that flatters. Here no group is ever far behind, so what is measured could go on.
 */
export async function measureCapacity(crew: Crew, forMs: number, signal: AbortSignal): Promise<Capacity> {
  const { writer, operator } = crew
  const rounds = async (lengthMs: number): Promise<Omit<Capacity, "warmUpOrders">> => {
    const began = performance.now()
    let orders = 0
    do {
      const { failed } = await writer.ask({ ask: "closed", orders: ROUND_ORDERS, callers: CALLERS }, Sent)
      if (failed.length > 0) throw new Error(`orders failed while capacity was measured: ${failed[0]}`)
      orders += ROUND_ORDERS
      await untilNear(crew, ROUND_ORDERS, signal)
    } while (performance.now() - began < lengthMs)
    await untilIdle({ operator }, signal, "all but schedules")
    const tookMs = performance.now() - began
    return { perSecond: (orders * 1_000) / tookMs, orders, tookMs }
  }
  const before = await rounds(forMs * WARM_UP_SHARE)
  await untilIdle({ operator }, signal)
  return { ...(await rounds(forMs)), warmUpOrders: before.orders }
}
