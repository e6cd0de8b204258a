import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

const page = (name: string, order: string, beyond: string) =>
  planned(
    name,
    `SELECT l.head, l.trimmed_to, ${MESSAGE_COLUMNS} FROM {log} l LEFT JOIN LATERAL (
      SELECT r.ord, f.* FROM unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS r(name, low, high, ord), LATERAL (
        SELECT * FROM {messages} WHERE stream = r.name AND version >= r.low AND version <= r.high AND kind = ANY($4::smallint[])
          AND (r.ord > 1 OR position ${beyond} $6)
        ORDER BY version ${order}, position ${order} LIMIT $5
      ) f ORDER BY r.ord, f.position ${order} LIMIT $5
    ) m ON true ORDER BY m.ord, m.position ${order}`,
  )

/**
 * In: streams, lowest and highest version of each, kinds, how many, where the first stream goes on. Out: as `select-log-page`, stream by
 * stream. Locks nothing.
 */
export const selectStreamPage = {
  forward: page("select-stream-page", "ASC", ">"),
  backward: page("select-stream-page-back", "DESC", "<"),
} as const
