import { messageColumns, withStream } from "./message-columns.ts"

/** In: a JSON array of positions in order. Out: those messages, in that order. Locks nothing. */
export const selectByPositions = `
SELECT ${messageColumns} FROM json_each(?1) AS wanted
CROSS JOIN millrace_messages m ON m.position = wanted.value ${withStream}`
