import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

/** In: positions. Out: the messages there, in order. Locks nothing. */
export const selectByPositions = planned(
  "select-by-positions",
  `SELECT ${MESSAGE_COLUMNS} FROM {messages} m WHERE m.position = ANY($1::bigint[]) ORDER BY m.position`,
)
