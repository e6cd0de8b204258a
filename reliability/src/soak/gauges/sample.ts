import type { Stats } from "../member/asks.ts"
import type { ServerState } from "./server-gauge.ts"

/** What was seen at one moment of a steady load. */
export interface Sample {
  /** Since the load began. */
  readonly atMs: number
  readonly members: readonly MemberState[]
  readonly server: ServerState
  readonly stats: typeof Stats.Type
  /** From the instant an order was due until it was stored, and until it was handled; of those since the sample before. */
  readonly stored: Quantiles
  readonly handled: Quantiles
}

export interface MemberState {
  readonly name: string
  readonly rss: number
  /** After a collection of garbage; only now and then. */
  readonly heap: number | undefined
  readonly handles: number | undefined
  readonly sockets: number | undefined
}

/** In milliseconds. */
export interface Quantiles {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}
