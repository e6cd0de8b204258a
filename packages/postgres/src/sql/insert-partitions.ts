import { planned } from "../statement.ts"

/** In: group, how many, checkpoint, replay limit. Makes the partitions of a new group. */
export const insertPartitions = planned(
  "insert-partitions",
  `INSERT INTO {partitions} (grp, partition, checkpoint, replay_limit, rev, tokens, lease_until, takeovers, lease_ms, hold_failures, lanes,
    replays, settles, dropped)
  SELECT $1::int, n, $3::bigint, $4::bigint, 1, 0, 0, 0, 0, 0, 0, false, 0, 0 FROM generate_series(0, $2::int - 1) AS n`,
)
