import { messageColumns, withStream } from "./message-columns.ts"

const page = (where: string, direction: "ASC" | "DESC"): string => `
SELECT ${messageColumns} FROM millrace_messages m ${withStream}
WHERE m.position > ?1 AND m.position <= ?2 ${where}
ORDER BY m.position ${direction} LIMIT ?3`

const typed = `AND m.type IN (SELECT value FROM json_each(?4))`

/** In: the position to begin above, the last one, limit, and with types a JSON array of their ids. Out: messages. Locks nothing. */
export const selectLogPage = {
  forward: page("", "ASC"),
  backward: page("", "DESC"),
  typedForward: page(typed, "ASC"),
  typedBackward: page(typed, "DESC"),
} as const
