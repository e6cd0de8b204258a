import type { Version } from "../message/ids.ts"

/**
 * What an append requires of a stream's version: exactly that number, no event at all (`no-stream`), at least one event
 * (`stream-exists`), or nothing (`any`). Queued commands take no version, so a stream of commands alone is still `no-stream`.
 */
export type ExpectedVersion = Version | "no-stream" | "stream-exists" | "any"

/** Whether a stream at `actual` meets `expected`. */
export function meetsExpectation(expected: ExpectedVersion, actual: Version): boolean {
  switch (expected) {
    case "any":
      return true
    case "no-stream":
      return actual === 0
    case "stream-exists":
      return actual > 0
    default:
      return actual === expected
  }
}
