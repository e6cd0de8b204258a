import { planned } from "../statement.ts"

/** In: group, keys, partitions, replay states. Stores replay rows. The caller has locked their partitions. */
export const putReplays = planned(
  "put-replays",
  `INSERT INTO {replays} (grp, key, partition, replay)
  SELECT $1::int, n.* FROM unnest($2::text[], $3::int[], $4::text[]) AS n(key, partition, replay)
  ON CONFLICT (grp, key) DO UPDATE SET partition = excluded.partition, replay = excluded.replay`,
)
