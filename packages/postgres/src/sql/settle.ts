import { prepared } from "../statement.ts"

/** In: see the function `settle` in `migrations/0004-settle.ts`. Out: state, more. Locks the partition's row. */
export const settle = prepared("settle", `SELECT state, more FROM {settle}($1, $2, $3, $4, $5, $6, $7, 0, '{}')`)
