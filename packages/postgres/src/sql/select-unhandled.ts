import { planned } from "../statement.ts"

/** Out: types of commands that no group wants, and how many there are of each. Locks nothing. */
export const selectUnhandled = planned(
  "select-unhandled",
  `SELECT t.name, t.commands FROM {types} t
  WHERE t.commands > 0 AND NOT EXISTS (SELECT FROM {group_types} w WHERE w.type = t.name) ORDER BY t.name`,
)
