import { InvalidArgumentError } from "@commander-js/extra-typings"

/** A whole number from 1. */
export function count(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError("give a whole number from 1")
}

/** A position of the log: a whole number from 0. */
export function position(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new InvalidArgumentError("give a position: a whole number from 0")
}

/** A date, as ISO 8601 has it. */
export function date(text: string): Date {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at
  throw new InvalidArgumentError("give a date, such as 2026-11-21T12:00:00Z")
}
