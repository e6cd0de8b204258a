import { InvalidArgumentError } from "@commander-js/extra-typings"

/** A whole number from 1. */
export function count(text: string): number {
  const number = wholeNumber(text)
  if (number > 0) return number
  throw new InvalidArgumentError("give a whole number from 1")
}

/** A position of the log: a whole number from 0. */
export function position(text: string): number {
  const number = wholeNumber(text)
  if (number >= 0) return number
  throw new InvalidArgumentError("give a position: a whole number from 0")
}

/** A date, as ISO 8601 has it: a day in UTC, or an instant, local where it names no zone. */
export function date(text: string): Date {
  // JavaScript takes nearly any text with a number in it for some date, and makes 2 March of 30 February.
  const [, day = ""] = ISO.exec(text) ?? []
  const at = new Date(day === "" ? Number.NaN : text)
  if (!Number.isNaN(at.getTime()) && new Date(day).toISOString().startsWith(day)) return at
  throw new InvalidArgumentError("give a date, such as 2026-11-21T12:00:00Z")
}

/** A span in milliseconds, from a text such as `90s`, `5m`, `1.5h` or `1d`. */
export function span(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text) ?? []
  const ms = Math.round(Number(amount) * (UNIT_MS[unit] ?? Number.NaN))
  if (ms > 0 && ms <= MOST_SPAN_MS) return ms
  throw new InvalidArgumentError("give a span, such as 90s, 5m or 1.5h")
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Older than any log. */
const MOST_SPAN_MS = 36_525 * 86_400_000

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

/** `NaN` for anything but digits: an empty text is no number, though JavaScript makes 0 of it. */
function wholeNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(number) ? number : Number.NaN
}
