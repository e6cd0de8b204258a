import { prepared } from "../statement.ts"

/** In: a process name, with the log's key before it. Locks it, to the end of the transaction: there may be no row to lock yet. */
export const lockName = prepared("lock-name", `SELECT pg_advisory_xact_lock(hashtext('millrace'), hashtext($1))`)
