import { planned } from "../statement.ts"

/**
 * In: message ids, stream names, idempotency keys, documents (collections, ids).
 * Out: what there is of them: `id` with its position (0: waits in a schedule) · `stream` with its version · `key` with its first position, fingerprint
 * and position · `document` with its revision and collection. Locks nothing.
 */
export const selectFacts = planned(
  "select-facts",
  `SELECT 'id', id, position, NULL, NULL::bigint FROM {messages} WHERE id = ANY($1::text[])
  UNION ALL SELECT 'id', id, 0, NULL, NULL FROM {schedules} WHERE id = ANY($1::text[])
  UNION ALL SELECT 'stream', name, version, NULL, NULL FROM {streams} WHERE name = ANY($2::text[])
  UNION ALL SELECT 'key', key, first_position, fingerprint, position FROM {keys} WHERE key = ANY($3::text[])
  UNION ALL SELECT 'document', d.id, d.revision, d.collection, NULL
    FROM unnest($4::text[], $5::text[]) AS n(collection, id) JOIN {documents} d ON d.collection = n.collection AND d.id = n.id`,
)
