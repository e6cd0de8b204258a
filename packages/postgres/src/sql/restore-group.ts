import { planned } from "../statement.ts"

/**
 * In: group, why it is stopped as JSON (NULL: it is active), epoch, whether effects are emitted again, how many were skipped · position, how and when of
 * what it lists as skipped · positions it is never to be handed. For a group made in this transaction.
 */
export const restoreGroup = planned(
  "restore-group",
  `WITH listed AS (
    INSERT INTO {skips} (grp, position, how, mark, listed, at)
    SELECT $1::int, n.position, n.how, false, true, n.at
    FROM unnest($6::bigint[], $7::text[], $8::bigint[]) WITH ORDINALITY AS n(position, how, at, ord) ORDER BY n.ord
  ), marked AS (
    INSERT INTO {skips} (grp, position, how, mark, listed, at) SELECT $1::int, m, 'skipped', true, false, 0 FROM unnest($9::bigint[]) AS m
  )
  UPDATE {groups} SET stopped = $2, active = $2::text IS NULL, epoch = $3, reemit = $4, skipped = $5, marks = cardinality($9::bigint[]) WHERE id = $1`,
)
