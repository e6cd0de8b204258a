import { planned } from "../statement.ts"

/**
 * In: partitions of the log, types and above which position each, how many. Out: head, and position, type and stream of the next messages in position
 * order; one row without a message where there is none. Seeks for each partition and type. Locks nothing.
 */
export const selectWanted = planned(
  "select-wanted",
  `SELECT l.head, w.position, w.type, w.stream FROM {log} l LEFT JOIN LATERAL (
    SELECT x.* FROM unnest($1::int[]) AS p(partition), unnest($2::text[], $3::bigint[]) AS t(type, above), LATERAL (
      SELECT position, type, stream FROM {messages} WHERE partition = p.partition AND type = t.type AND position > t.above
      ORDER BY position LIMIT $4
    ) x ORDER BY x.position LIMIT $4
  ) w ON true ORDER BY w.position`,
)
