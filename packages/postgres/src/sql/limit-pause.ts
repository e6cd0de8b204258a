import { prepared } from "../statement.ts"

/** In: ms. From now to the end of the transaction it is undone when it pauses for longer. */
export const limitPause = prepared("limit-pause", `SELECT set_config('idle_in_transaction_session_timeout', $1, true)`)
