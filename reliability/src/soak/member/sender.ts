import { setTimeout as pause } from "node:timers/promises"

import type { App } from "@millrace/core"

import { Order, placeOf } from "../mill/messages.ts"
import { instantNow, type Latencies } from "./latencies.ts"

/** How often a steady load looks which orders are due. */
const TICK_MS = 2

/** Sends orders, numbered in turn over all that it is asked for. */
export interface Sender {
  readonly acknowledged: number
  /** What orders failed with that were not acknowledged. */
  readonly failed: readonly string[]
  /** So many orders by so many callers, each with its next one when the last is stored. */
  closed(how: { readonly orders: number; readonly callers: number }): Promise<void>
  /**
   * Orders at instants that were fixed before: what the storage is late with is counted from then, and nobody waits with the next one. Resolves when all are
   * acknowledged or have failed.
   */
  steady(how: { readonly forMs: number; readonly perSecond: number }): Promise<void>
}

export function createSender(app: Pick<App, "dispatch">, stored: Latencies): Sender {
  const failed: string[] = []
  let next = 0
  let acknowledged = 0
  const send = async (at: number): Promise<void> => {
    const { stream, n } = placeOf(next)
    next += 1
    try {
      await app.dispatch(Order(stream, { n, at }))
      acknowledged += 1
      stored.since(at)
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error))
    }
  }
  return {
    get acknowledged() {
      return acknowledged
    },
    failed,
    async closed({ orders, callers }) {
      const until = next + orders
      const caller = async (): Promise<void> => {
        while (next < until) await send(instantNow())
      }
      await Promise.all(Array.from({ length: callers }, caller))
    },
    async steady({ forMs, perSecond }) {
      const begun = instantNow()
      const total = Math.floor((forMs / 1_000) * perSecond)
      const away = new Set<Promise<void>>()
      for (let sent = 0; sent < total; await pause(TICK_MS)) {
        const due = Math.min(total, Math.floor(((instantNow() - begun) / 1_000) * perSecond))
        for (; sent < due; sent += 1) {
          const one: Promise<void> = send(begun + (sent / perSecond) * 1_000).finally(() => away.delete(one))
          away.add(one)
        }
      }
      await Promise.all(away)
    },
  }
}
