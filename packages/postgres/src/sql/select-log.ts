import { prepared } from "../statement.ts"

/** Out: product, format, partitions of the log. Locks nothing. */
export const selectLog = prepared("select-log", `SELECT product, format, partitions FROM {log}`)
