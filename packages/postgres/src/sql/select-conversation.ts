import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

/** In: correlation id, above, how many. Out: as `select-log-page`: the message that began the conversation, and all correlated with it. Locks nothing. */
export const selectConversation = planned(
  "select-conversation",
  `SELECT l.head, l.trimmed_to, ${MESSAGE_COLUMNS} FROM {log} l LEFT JOIN LATERAL (
    SELECT * FROM (
      (SELECT * FROM {messages} WHERE id = $1 AND correlation IS NULL AND position > $2)
      UNION ALL
      (SELECT * FROM {messages} WHERE correlation = $1 AND position > $2 ORDER BY position LIMIT $3)
    ) f ORDER BY position LIMIT $3
  ) m ON true ORDER BY m.position`,
)
