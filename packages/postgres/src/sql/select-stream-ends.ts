import { TRIMMED_CATEGORIES } from "@millrace/core/backend"

import { planned } from "../statement.ts"

/**
 * In: the name to begin behind, how many. Out: name, version and last position of streams at the end of what retention removed, where their
 * messages do not tell, by name. Locks nothing.
 */
export const selectStreamEnds = planned(
  "select-stream-ends",
  `SELECT name, version, last_position FROM (
    SELECT s.name, s.messages, coalesce(
      (SELECT m.version - 1 FROM {messages} m WHERE m.stream = s.name AND m.kind = 1 ORDER BY m.version, m.position LIMIT 1), s.version
    ) AS version, CASE WHEN s.messages = 0 THEN s.last_position ELSE least(s.last_position, l.trimmed_to) END AS last_position
    FROM {streams} s, {log} l
    WHERE s.name > $1 AND (l.trimmed_to > 0 OR EXISTS (SELECT FROM {documents} WHERE collection = '${TRIMMED_CATEGORIES}'))
  ) ends WHERE version > 0 OR messages = 0 ORDER BY name LIMIT $2`,
)
