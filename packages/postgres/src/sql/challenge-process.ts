import { prepared } from "../statement.ts"

/** In: name. Counts a challenge of the process that has it. Its name is locked. */
export const challengeProcess = prepared(
  "challenge-process",
  `UPDATE {processes} SET challenged = challenged + 1 WHERE name = $1`,
)
