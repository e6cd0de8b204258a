import type { LogEntry } from "./segments.ts"

/** The messages of a commit that are wanted, in order. */
export function entriesIn(
  {
    _id: first,
    at,
    messages,
  }: {
    readonly _id: number | string
    readonly at: number
    readonly messages?: readonly (LogEntry["message"] | null)[]
  },
  wanted: (message: LogEntry["message"]) => boolean,
): LogEntry[] {
  if (typeof first !== "number") return []
  return (messages ?? []).flatMap((message, index) =>
    message !== null && wanted(message) ? [{ position: first + index, at, message }] : [],
  )
}
