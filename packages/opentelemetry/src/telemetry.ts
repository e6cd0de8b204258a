import type { Tracer } from "@opentelemetry/api"

import type { Instruments } from "./instruments.ts"

/** Where spans and figures go. */
export interface Telemetry {
  readonly tracer: Tracer
  readonly instruments: Instruments
}

/** Seconds since an instant of `performance.now()`. */
export function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000
}
