import { planned } from "../statement.ts"
import { MESSAGE_COLUMNS } from "./columns.ts"

const page = (name: string, order: string) =>
  planned(
    name,
    `SELECT l.head, l.trimmed_to, ${MESSAGE_COLUMNS} FROM {log} l LEFT JOIN LATERAL (
      SELECT f.* FROM (
        SELECT w.position FROM generate_series(0, $5::int - 1) AS p(partition), unnest($4::text[]) AS t(type), LATERAL (
          SELECT position FROM {messages} WHERE partition = p.partition AND type = t.type AND position > $1 AND position <= $2
          ORDER BY position ${order} LIMIT $3
        ) w ORDER BY w.position ${order} LIMIT $3
      ) n JOIN {messages} f ON f.position = n.position
    ) m ON true ORDER BY m.position ${order}`,
  )

/**
 * In: above, up to, how many, types, partitions of the log. Out: as `select-log-page`, messages of these types only. Seeks in each partition, so
 * that other types cost nothing. Locks nothing.
 */
export const selectTypesPage = {
  forward: page("select-types-page", "ASC"),
  backward: page("select-types-page-back", "DESC"),
} as const
