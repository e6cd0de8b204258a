import { planned } from "../statement.ts"

/** In: type, position, partitions of the log. Out: how many messages of the type lie at or below it. Locks nothing. */
export const countTypeUpto = planned(
  "count-type-upto",
  `SELECT count(*) FROM generate_series(0, $3::int - 1) AS p(partition)
  JOIN {messages} m ON m.partition = p.partition AND m.type = $1 AND m.position <= $2`,
)
