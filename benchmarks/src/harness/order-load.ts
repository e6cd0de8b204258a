import { setTimeout } from "node:timers/promises"

import { type Entry, entryOf, faultsOf } from "./append-load.ts"
import type { Faults, Sample } from "./sample.ts"

/** A system that turns each order (a command to its cart) into an event of the cart, and that event into a message to a ledger (a reaction). */
export interface OrderTarget {
  /** Resolves once the order is accepted: queued durably, or decided. */
  order(entry: Entry): Promise<unknown>
  /** Resolves once `count` reactions are stored. */
  reacted(count: number): Promise<void>
  /** The reactions so far, if it can tell: one that loses some is then measured up to its last. */
  readonly reactions?: () => number
  /** The events and the reactions stored, in log order, by the cart and the number of their order. */
  stored(): StoredOrders | Promise<StoredOrders>
  close(): Promise<void> | void
}

export interface StoredOrders {
  readonly events: readonly CartNumber[]
  readonly reactions: readonly CartNumber[]
}

export type CartNumber = Pick<Entry, "stream" | "number">

export interface OrderLoad {
  readonly callers: number
  readonly cartsPerCaller: number
  readonly ordersPerCart: number
  /** Carts of each caller that are ordered for before the clock starts. */
  readonly warmUpCarts: number
}

/** A round that has not seen all reactions after this is over: what is missing counts as lost. */
const PATIENCE_MS = 60_000
/** So is one that tells its reactions, when for so long there was no further one. */
const STALL_MS = 8_000
const LOOK_MS = 50

/** The ledger that an order's reaction goes to. */
export function ledgerOf(entry: Pick<Entry, "product">): string {
  return `ledger-${Number(entry.product.slice("product-".length)) % 64}`
}

/** Places all orders and measures from the first until the last reaction is stored, then looks for faults. */
export async function placeOrders(target: OrderTarget, load: OrderLoad): Promise<Sample> {
  const warmUp = cartsOf(load, "warm", load.warmUpCarts)
  const measured = cartsOf(load, "cart", load.cartsPerCaller)
  try {
    await placeAll(target, warmUp, load.ordersPerCart)
    const before = countOf(warmUp, load)
    if (before > 0) await lastReaction(target, before)
    const count = countOf(measured, load)
    const began = performance.now()
    await placeAll(target, measured, load.ordersPerCart)
    const accepted = performance.now()
    const { ended, reacted } = await lastReaction(target, before + count)
    return {
      value: ((reacted - before) * 1_000) / (ended - began),
      operations: count,
      faults: faultsIn(await target.stored(), [...warmUp, ...measured].flat(), load.ordersPerCart),
      facts: { acceptedPerSecond: (count * 1_000) / (accepted - began) },
    }
  } finally {
    await target.close()
  }
}

/** Each caller's own carts. */
function cartsOf({ callers }: OrderLoad, name: string, carts: number): readonly (readonly string[])[] {
  return Array.from({ length: callers }, (_, caller) =>
    Array.from({ length: carts }, (__, cart) => `${name}-${caller}.${cart}`),
  )
}

function countOf(carts: readonly (readonly string[])[], { ordersPerCart }: OrderLoad): number {
  return carts.flat().length * ordersPerCart
}

/** All callers at once, each placing one order after another. */
async function placeAll(
  target: OrderTarget,
  carts: readonly (readonly string[])[],
  ordersPerCart: number,
): Promise<void> {
  const call = async (own: readonly string[]): Promise<void> => {
    for (let number = 1; number <= ordersPerCart; number += 1) {
      for (const cart of own) await target.order(entryOf(cart, number))
    }
  }
  await Promise.all(carts.map(call))
}

function faultsIn({ events, reactions }: StoredOrders, carts: readonly string[], ordersPerCart: number): Faults {
  const confirmed = new Map(carts.map((cart) => [cart, ordersPerCart]))
  const [ofEvents, ofReactions] = [faultsOf(confirmed, events), faultsOf(confirmed, reactions)]
  return {
    lost: ofEvents.lost + ofReactions.lost,
    doubled: ofEvents.doubled + ofReactions.doubled,
    outOfOrder: ofEvents.outOfOrder + ofReactions.outOfOrder,
  }
}

/** Waits for all reactions, or until nothing happens any more: when the last was seen, and how many there were. */
async function lastReaction(
  target: OrderTarget,
  count: number,
): Promise<{ readonly ended: number; readonly reacted: number }> {
  const over = new AbortController()
  const all = target.reacted(count).then(() => ({ ended: performance.now(), reacted: count }))
  try {
    return await Promise.race([all, stalled(target, count, over.signal)])
  } finally {
    over.abort()
  }
}

async function stalled({ reactions }: OrderTarget, count: number, signal: AbortSignal) {
  const began = performance.now()
  let last = { ended: began, reacted: reactions?.() ?? count }
  const limit = reactions === undefined ? PATIENCE_MS : STALL_MS
  while (!signal.aborted && performance.now() - last.ended < limit) {
    await setTimeout(LOOK_MS)
    const reacted = reactions?.() ?? count
    if (reacted !== last.reacted) last = { ended: performance.now(), reacted }
  }
  return reactions === undefined ? { ended: performance.now(), reacted: count } : last
}
