import { prepared } from "../statement.ts"

/** In: see the function `append` in `migrations/0002-append.ts`. Out: stored, base, versions. Locks: the log, to the end of the transaction. */
export const append = prepared(
  "append",
  `SELECT stored, base, versions FROM {append}(${Array.from({ length: 25 }, (_, at) => `$${at + 1}`).join(", ")})`,
)

/** The same for a group that follows another one on its connection before that is answered. In besides: the mark of that one, and its own. */
export const appendInTurn = prepared(
  "append-in-turn",
  `SELECT stored, base, versions FROM {append}(${Array.from({ length: 27 }, (_, at) => `$${at + 1}`).join(", ")})`,
)
