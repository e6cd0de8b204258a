import { prepared } from "../statement.ts"

/** In: position. Out: when it was recorded. Locks nothing. */
export const selectRecordedAt = prepared("select-recorded-at", `SELECT recorded_at FROM {messages} WHERE position = $1`)
