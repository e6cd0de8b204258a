import { planned } from "../statement.ts"

/** In: group, positions, how, whether they are not to be handed out, now, how many were skipped (of which only the last are named). The caller has locked the group. */
export const insertSkips = planned(
  "insert-skips",
  `WITH added AS (
    INSERT INTO {skips} (grp, position, how, mark, listed, at)
    SELECT $1::int, n.position, $3, $4::boolean, true, $5 FROM unnest($2::bigint[]) WITH ORDINALITY AS n(position, ord) ORDER BY n.ord RETURNING 1
  )
  UPDATE {groups} SET skipped = skipped + $6::bigint, marks = marks + CASE WHEN $4 THEN (SELECT count(*) FROM added) ELSE 0 END WHERE id = $1`,
)
