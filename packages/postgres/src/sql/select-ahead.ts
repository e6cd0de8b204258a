import { planned } from "../statement.ts"

/** In: partitions of the log, types and above which position each is wanted, from, up to, how many. Out: position and type, in position order. Locks nothing. */
export const selectAhead = planned(
  "select-ahead",
  `SELECT x.position, x.type FROM unnest($1::int[]) AS p(partition), unnest($2::text[], $3::bigint[]) AS t(type, since), LATERAL (
    SELECT position, type FROM {messages}
    WHERE partition = p.partition AND type = t.type AND position > t.since AND position >= $4 AND position <= $5
    ORDER BY position LIMIT $6
  ) x ORDER BY x.position LIMIT $6`,
)
