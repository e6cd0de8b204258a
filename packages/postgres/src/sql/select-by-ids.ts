import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

/** In: message ids. Out: as `select-log-page`: those that exist. Locks nothing. */
export const selectByIds = planned(
  "select-by-ids",
  `SELECT l.head, l.trimmed_to, ${MESSAGE_COLUMNS} FROM {log} l
  LEFT JOIN {messages} m ON m.id = ANY($1::text[]) ORDER BY m.position`,
)
