import { prepared } from "../statement.ts"

/** In: name. Forgets the process. Its name is locked. */
export const deleteProcess = prepared("delete-process", `DELETE FROM {processes} WHERE name = $1`)
