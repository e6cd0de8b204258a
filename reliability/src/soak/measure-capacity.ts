import type { Crew } from "./crew/hire.ts"
import { Sent } from "./member/asks.ts"
import { untilIdle } from "./until-idle.ts"

/** What was measured by a closed loop. */
export interface Capacity {
  /** Orders stored, decided, handled and settled, by second. */
  readonly perSecond: number
  readonly orders: number
  readonly tookMs: number
}

/** Callers of the closed loop. */
const CALLERS = 64
/** A short load before, so that what is measured is no process that compiles. */
const WARM_UP_SHARE = 0.25

/** So many orders as fast as callers get answers, and the time until the last of them has settled. */
export async function measureCapacity(
  { writer, operator }: Crew,
  orders: number,
  signal: AbortSignal,
): Promise<Capacity> {
  const load = (some: number) => writer.ask({ ask: "closed", orders: some, callers: CALLERS }, Sent)
  await load(Math.ceil(orders * WARM_UP_SHARE))
  await untilIdle({ operator }, signal)
  const began = performance.now()
  const { failed } = await load(orders)
  await untilIdle({ operator }, signal, "all but schedules")
  const tookMs = performance.now() - began
  if (failed.length > 0) throw new Error(`orders failed while capacity was measured: ${failed[0]}`)
  return { perSecond: (orders * 1_000) / tookMs, orders, tookMs }
}
