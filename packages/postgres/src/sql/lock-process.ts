import { prepared } from "../statement.ts"

/** In: name. Locks the process' row, if there is one, to the end of the transaction. */
export const lockProcess = prepared("lock-process", `SELECT FROM {processes} WHERE name = $1 FOR UPDATE`)
