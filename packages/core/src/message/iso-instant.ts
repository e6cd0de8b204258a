import type { Instant } from "./ids.ts"

let lastInstant: Instant = 0
let lastText = new Date(0).toISOString()

/** An instant as text, ISO 8601 in UTC with milliseconds. Many messages share one instant: the last text is kept. */
export function isoInstant(instant: Instant): string {
  if (instant !== lastInstant) {
    lastText = new Date(instant).toISOString()
    lastInstant = instant
  }
  return lastText
}
