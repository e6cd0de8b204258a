import { planned } from "../statement.ts"

/** In: name, version, last position. A stream without messages. Under the log's lock. */
export const putStreamEnd = planned(
  "put-stream-end",
  `INSERT INTO {streams} (name, version, messages, last_position) VALUES ($1, $2, 0, $3)
  ON CONFLICT (name) DO UPDATE SET version = excluded.version, last_position = excluded.last_position`,
)
