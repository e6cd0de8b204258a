import { planned } from "../statement.ts"

/**
 * In: group, how many, checkpoint, replay limit. Makes the partitions of a new group. Its tokens are no other group's: a lease of one that was deleted or renamed
 * is not to be in force in the group that has taken its name. Each group has room for 2^32.
 */
export const insertPartitions = planned(
  "insert-partitions",
  `INSERT INTO {partitions} (grp, partition, checkpoint, replay_limit, rev, tokens, lease_until, takeovers, lease_ms, hold_failures, lanes,
    replays, settles, dropped)
  SELECT $1::bigint::int, n, $3::bigint, $4::bigint, 1, $1::bigint << 32, 0, 0, 0, 0, 0, false, 0, 0 FROM generate_series(0, $2::int - 1) AS n`,
)
