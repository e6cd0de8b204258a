import { planned } from "../statement.ts"

/** In: up to where positions hold nothing. The log goes on above. Under the log's lock. */
export const updateHead = planned("update-head", `UPDATE {log} SET head = $1`)
