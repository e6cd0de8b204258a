import { planned } from "../statement.ts"

/** In: name, order, start, the most lanes, now. Out: the group (see `group-rows.ts`). */
export const insertGroup = planned(
  "insert-group",
  `INSERT INTO {groups} AS g (name, ordering, active, start, epoch, reemit, max_lanes, skipped, marks, heard_at)
  VALUES ($1, $2, true, $3, 0, false, $4, 0, 0, $5)
  RETURNING g.id, g.name, g.ordering, g.active, g.start, g.epoch, g.reemit, g.max_lanes, g.marks`,
)
