import { prepared } from "../statement.ts"

/** In: how long to wait, in ms. Locks the log's positions, to the end of the transaction. Always a statement of its own: what follows sees all that was committed before it. */
export const lockLog = prepared("lock-log", `SELECT {take_lock}($1)`)
