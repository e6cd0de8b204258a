import { planned } from "../statement.ts"

/** In: partitions. Makes the log's one row. */
export const insertLog = planned(
  "insert-log",
  `INSERT INTO {log} (id, product, format, partitions, head, trimmed_to, recorded_at, schedule) VALUES (1, 'millrace', 0, $1, 0, 0, 0, 0)`,
)
