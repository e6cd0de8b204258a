import { prepared } from "../statement.ts"

/** Out: product, format, partitions of the log; the server's fsync, this connection's synchronous_commit. Locks nothing. */
export const selectLog = prepared(
  "select-log",
  `SELECT product, format, partitions, current_setting('fsync'), current_setting('synchronous_commit') FROM {log}`,
)
