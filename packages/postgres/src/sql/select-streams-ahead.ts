import { planned } from "../statement.ts"

/** In: streams, from which position each, up to, types and above which position each is wanted, how many of each stream. Out: stream, position and type, in position order. Locks nothing. A lane mostly
 * waits at a message of its stream: its version is where the index is entered. */
export const selectStreamsAhead = planned(
  "select-streams-ahead",
  `SELECT n.key, m.position, m.type FROM unnest($1::text[], $2::bigint[]) AS n(key, next), LATERAL (
    SELECT f.position, f.type FROM {messages} f
    WHERE f.stream = n.key AND f.position >= n.next AND f.position <= $3
      AND f.version >= coalesce((SELECT o.version FROM {messages} o WHERE o.position = n.next AND o.stream = n.key), 0)
      AND EXISTS (SELECT FROM unnest($4::text[], $5::bigint[]) AS t(type, since) WHERE t.type = f.type AND f.position > t.since)
    ORDER BY f.version, f.position LIMIT $6
  ) m ORDER BY m.position`,
)
