import { prepared } from "../statement.ts"

/** Out: head and last schedule number of the log, with each process that was ever challenged and how often; one row with NULLs where none was. Locks nothing. */
export const selectNews = prepared(
  "select-news",
  `SELECT l.head, l.schedule, p.name, p.challenged FROM {log} l LEFT JOIN {processes} p ON p.challenged > 0`,
)
