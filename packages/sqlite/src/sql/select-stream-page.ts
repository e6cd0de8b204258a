import { messageColumns } from "./message-columns.ts"

const page = (where: string, direction: "ASC" | "DESC"): string => `
SELECT ${messageColumns} FROM millrace_streams s CROSS JOIN millrace_messages m ON m.stream = s.id
WHERE s.name = ?1
  AND m.version > max(?2, coalesce((SELECT n.version - 1 FROM millrace_messages n WHERE n.position = ?4 AND n.stream = s.id), -1))
  AND m.version <= min(?3, coalesce((SELECT n.version FROM millrace_messages n WHERE n.position = ?5 AND n.stream = s.id), ?3))
  AND m.position > ?4 AND m.position < ?5 ${where}
ORDER BY m.version ${direction}, m.position ${direction} LIMIT ?6`

const both = (where: string) => ({ forward: page(where, "ASC"), backward: page(where, "DESC") }) as const

/**
 * In: a stream's name, the versions to begin above and to end at, the positions to stay above and below, limit.
 * Out: its messages in order, by what is included. A position to go on from bounds the versions too, so that no page walks those before it. Locks nothing.
 */
export const selectStreamPage = {
  events: both("AND m.kind = 1"),
  commands: both("AND m.kind <> 1"),
  all: both(""),
} as const
