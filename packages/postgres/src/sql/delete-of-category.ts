import { planned } from "../statement.ts"

/**
 * In: positions in order, the collection and id of the category's document, its value. Removes those messages, the idempotency keys of appends that lay there in part and of which
 * nothing is left, and skips that nobody can meet any more; counts of streams and types follow. Under the log's lock.
 */
export const deleteOfCategory = planned(
  "delete-of-category",
  `WITH gone AS (
    DELETE FROM {messages} WHERE position = ANY($1::bigint[]) RETURNING stream, type, kind
  ), counted AS (
    UPDATE {streams} s SET messages = s.messages - n.gone
    FROM (SELECT stream, count(*) AS gone FROM gone GROUP BY stream) n WHERE s.name = n.stream
  ), typed AS (
    UPDATE {types} t SET commands = t.commands - n.gone
    FROM (SELECT type, count(*) AS gone FROM gone WHERE kind <> 1 GROUP BY type) n WHERE t.name = n.type
  ), keyed AS (
    DELETE FROM {keys} k WHERE k.at >= ($1::bigint[])[1] AND k.first_position <= ($1::bigint[])[cardinality($1::bigint[])]
      AND k.position > 0 AND NOT EXISTS (
      SELECT FROM {messages} m WHERE m.position BETWEEN k.first_position AND k.position AND m.position <> ALL($1::bigint[])
    )
  ), unmarked AS (
    UPDATE {skips} SET mark = false WHERE mark AND position = ANY($1::bigint[]) RETURNING grp
  ), fewer AS (
    UPDATE {groups} g SET marks = g.marks - n.gone FROM (SELECT grp, count(*) AS gone FROM unmarked GROUP BY grp) n WHERE g.id = n.grp
  ) INSERT INTO {documents} AS d (collection, id, revision, value) VALUES ($2, $3, 1, $4)
    ON CONFLICT (collection, id) DO UPDATE SET revision = d.revision + 1, value = excluded.value`,
)
