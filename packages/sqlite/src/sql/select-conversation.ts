import { messageColumns, withStream } from "./message-columns.ts"

/** In: correlation id, the position to begin above, limit. Out: the conversation's messages in log order, its root included. Locks nothing. */
export const selectConversation = `
SELECT ${messageColumns} FROM (
  SELECT position FROM millrace_messages WHERE id = ?1 AND correlation IS NULL AND position > ?2
  UNION ALL
  SELECT position FROM millrace_messages WHERE correlation = ?1 AND position > ?2
  ORDER BY position LIMIT ?3
) AS found CROSS JOIN millrace_messages m ON m.position = found.position ${withStream}
ORDER BY found.position`
