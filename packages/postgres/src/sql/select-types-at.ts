import { planned } from "../statement.ts"

/** In: positions. Out: position, type and stream of the messages there. Locks nothing. */
export const selectTypesAt = planned(
  "select-types-at",
  `SELECT position, type, stream FROM {messages} WHERE position = ANY($1::bigint[])`,
)
