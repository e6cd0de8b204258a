import { prepared } from "../statement.ts"

/** In: groups, process name, the clock. Out: see the function `look` in `migrations/0003-look.ts`. Locks nothing. */
export const look = prepared("look", `SELECT kind, cells FROM {look}($1::text[], $2, $3)`)
