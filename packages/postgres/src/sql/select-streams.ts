import { planned } from "../statement.ts"

const page = (name: string, order: string) =>
  planned(
    name,
    `SELECT name, version, messages, last_position FROM {streams}
    WHERE name > $3 AND ($1::text IS NULL OR split_part(name, '-', 1) = $1) ORDER BY ${order} LIMIT $2`,
  )

/** In: category (NULL: all), how many, the last stream of the page before (empty: none). Out: name, version, messages, last position. Locks nothing. */
export const selectStreams = {
  id: page("select-streams", "name"),
  recent: page("select-recent-streams", "last_position DESC"),
} as const
