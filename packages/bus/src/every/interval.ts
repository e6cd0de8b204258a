import { DefinitionError } from "@millrace/core"

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The shortest interval: ticks are messages. */
export const MIN_INTERVAL_MS = 100

/** The longest interval that a timer and a person can follow. */
export const MAX_INTERVAL_MS = 366 * 86_400_000

/** An interval in milliseconds, from a number of them or a text such as `500ms`, `5m`, `1.5h`, `1d`. Throws `DefinitionError`. */
export function intervalMs(interval: string | number): number {
  const ms = typeof interval === "number" ? interval : fromText(interval)
  if (!Number.isInteger(ms) || ms < MIN_INTERVAL_MS || ms > MAX_INTERVAL_MS)
    throw new DefinitionError(
      `every(${JSON.stringify(interval)}, …): give whole milliseconds from ${MIN_INTERVAL_MS} to ${MAX_INTERVAL_MS}, or a text such as "500ms", "30s", "5m", "1h", "1d"`,
    )
  return ms
}

/** The first multiple of the interval since 1970 that lies after an instant: the same for all processes. */
export function nextTick(ms: number, after: number): number {
  return (Math.floor(after / ms) + 1) * ms
}

function fromText(text: string): number {
  const [, amount, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(text) ?? []
  const factor = UNIT_MS[unit]
  return amount === undefined || factor === undefined ? Number.NaN : Number(amount) * factor
}
