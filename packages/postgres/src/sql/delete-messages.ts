import { planned } from "../statement.ts"

/**
 * In: trimmed_to, the new one. Removes the messages between, the idempotency keys of appends of which nothing is left (one may begin before the new edge
 * and end behind it, where a trim of a category took the rest), and skips that nobody can meet any more; counts of streams and types follow. Out: how many. Under the log's lock.
 */
export const deleteMessages = planned(
  "delete-messages",
  `WITH gone AS (
    DELETE FROM {messages} WHERE position > $1 AND position <= $2 RETURNING stream, type, kind
  ), counted AS (
    UPDATE {streams} s SET messages = s.messages - n.gone
    FROM (SELECT stream, count(*) AS gone FROM gone GROUP BY stream) n WHERE s.name = n.stream
  ), typed AS (
    UPDATE {types} t SET commands = t.commands - n.gone
    FROM (SELECT type, count(*) AS gone FROM gone WHERE kind <> 1 GROUP BY type) n WHERE t.name = n.type
  ), keyed AS (
    DELETE FROM {keys} WHERE at <= $2
  ), cut AS (
    DELETE FROM {keys} k WHERE k.key = (SELECT key FROM {keys} WHERE at > $2 AND position > 0 ORDER BY at LIMIT 1)
      AND k.first_position <= $2
      AND NOT EXISTS (SELECT FROM {messages} m WHERE m.position BETWEEN k.first_position AND k.position AND m.position > $2)
  ), unmarked AS (
    UPDATE {skips} SET mark = false WHERE mark AND position <= $2 RETURNING grp
  ), fewer AS (
    UPDATE {groups} g SET marks = g.marks - n.gone FROM (SELECT grp, count(*) AS gone FROM unmarked GROUP BY grp) n WHERE g.id = n.grp
  ), moved AS (
    UPDATE {log} SET trimmed_to = $2
  ) SELECT count(*) FROM gone`,
)
