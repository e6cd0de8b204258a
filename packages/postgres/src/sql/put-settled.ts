import { prepared } from "../statement.ts"

/** In: group, partition, slot, the lease's key, the answer, and the head and versions it is relative to. The caller has locked the partition. */
export const putSettled = prepared(
  "put-settled",
  `INSERT INTO {settled} (grp, partition, slot, lease, answer, base, versions) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (grp, partition, slot) DO UPDATE SET lease = excluded.lease, answer = excluded.answer, base = excluded.base, versions = excluded.versions`,
)
