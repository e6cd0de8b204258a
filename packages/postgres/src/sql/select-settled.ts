import { prepared } from "../statement.ts"

/** In: group's name, partition, the lease's key. Out: what its settle answered, and what that is relative to. Locks nothing. */
export const selectSettled = prepared(
  "select-settled",
  `SELECT s.answer, s.base, s.versions FROM {settled} s JOIN {groups} g ON g.id = s.grp
  WHERE g.name = $1 AND s.partition = $2 AND s.lease = $3`,
)
