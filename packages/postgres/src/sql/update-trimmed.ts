import { planned } from "../statement.ts"

/** In: up to where messages were removed. The log begins above it. Under the log's lock. */
export const updateTrimmed = planned("update-trimmed", `UPDATE {log} SET head = $1, trimmed_to = $1`)
