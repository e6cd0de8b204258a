import { messageColumns, withStream } from "./message-columns.ts"

/** In: a JSON array of message ids. Out: those messages that exist, in log order. Locks nothing. */
export const selectByIds = `
SELECT ${messageColumns} FROM (SELECT DISTINCT value FROM json_each(?1)) AS wanted
CROSS JOIN millrace_messages m ON m.id = wanted.value ${withStream}
ORDER BY m.position`
