import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

const page = (name: string, order: string) =>
  planned(
    name,
    `SELECT l.head, l.trimmed_to, ${MESSAGE_COLUMNS} FROM {log} l LEFT JOIN LATERAL (
      SELECT * FROM {messages} WHERE position > $1 AND position <= $2 ORDER BY position ${order} LIMIT $3
    ) m ON true ORDER BY m.position ${order}`,
  )

/** In: above, up to, how many. Out: head, trimmed_to and each message; one row without a message where there is none. Locks nothing. */
export const selectLogPage = {
  forward: page("select-log-page", "ASC"),
  backward: page("select-log-page-back", "DESC"),
} as const
