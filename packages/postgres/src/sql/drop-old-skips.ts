import { planned } from "../statement.ts"

/** In: group, how many are listed. Takes older ones off the list; those that still keep a message from being handed out stay stored. The caller has locked the group. */
export const dropOldSkips = planned(
  "drop-old-skips",
  `WITH old AS (
    SELECT number, mark FROM {skips} WHERE grp = $1 AND listed ORDER BY number DESC OFFSET $2
  ), unlisted AS (
    UPDATE {skips} s SET listed = false FROM old o WHERE s.number = o.number AND o.mark
  ) DELETE FROM {skips} s USING old o WHERE s.number = o.number AND NOT o.mark`,
)
