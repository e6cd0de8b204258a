import { prepared } from "../statement.ts"

/** In: see the function `take_next` in `migrations/0006-take-next.ts`. Out: kind and cells as `look` has them, with `taken` rows, and a message's columns behind them. Locks the partition taken. */
export const takeNext = prepared(
  "take-next",
  "SELECT * FROM {take_next}($1::text[], $2::bigint[], $3::text[], $4::text[], $5, $6, $7, $8)",
)
