import { planned } from "../statement.ts"

/** In: group, and the columns of lanes as lists. Stores them, in the order of their keys. */
export const putLanes = planned(
  "put-lanes",
  `INSERT INTO {lanes} (grp, key, partition, single, parked, next, retry_at, failures, error, token, owner, boot, lease_until, takeovers, replay, kept)
  SELECT $1::int, n.* FROM unnest($2::text[], $3::int[], $4::boolean[], $5::boolean[], $6::bigint[], $7::bigint[], $8::int[], $9::text[],
    $10::bigint[], $11::text[], $12::text[], $13::bigint[], $14::int[], $15::text[], $16::text[])
    AS n(key, partition, single, parked, next, retry_at, failures, error, token, owner, boot, lease_until, takeovers, replay, kept)
  ORDER BY n.key COLLATE "C"
  ON CONFLICT (grp, key) DO UPDATE SET partition = excluded.partition, single = excluded.single, parked = excluded.parked, next = excluded.next,
    retry_at = excluded.retry_at, failures = excluded.failures, error = excluded.error, token = excluded.token, owner = excluded.owner,
    boot = excluded.boot, lease_until = excluded.lease_until, takeovers = excluded.takeovers, replay = excluded.replay, kept = excluded.kept`,
)
