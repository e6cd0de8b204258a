import { planned } from "../statement.ts"

/** In: key, fingerprint, first and last position, the head up to which a trim takes it along. Under the log's lock. */
export const putKey = planned(
  "put-key",
  `INSERT INTO {keys} (key, fingerprint, first_position, position, at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, first_position = excluded.first_position,
    position = excluded.position, at = excluded.at`,
)
