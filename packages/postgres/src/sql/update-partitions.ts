import { planned } from "../statement.ts"

/** In: group, and the columns of its partitions as lists. Writes rows that the caller has locked. */
export const updatePartitions = planned(
  "update-partitions",
  `UPDATE {partitions} p SET checkpoint = n.checkpoint, replay_limit = n.replay_limit, unhandled = n.unhandled, rev = p.rev + 1, tokens = n.tokens,
    token = n.token, owner = n.owner, boot = n.boot, lease_until = n.lease_until, takeovers = n.takeovers, lease_ms = n.lease_ms,
    hold_until = n.hold_until, hold_failures = n.hold_failures, hold_error = n.hold_error, lanes = n.lanes, replays = n.replays,
    settles = n.settles, dropped = n.dropped
  FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::int[],
    $12::bigint[], $13::bigint[], $14::int[], $15::text[], $16::int[], $17::boolean[], $18::bigint[], $19::bigint[])
    AS n(partition, checkpoint, replay_limit, unhandled, tokens, token, owner, boot, lease_until, takeovers, lease_ms, hold_until,
      hold_failures, hold_error, lanes, replays, settles, dropped)
  WHERE p.grp = $1 AND p.partition = n.partition`,
)
