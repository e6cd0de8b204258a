import { planned } from "../statement.ts"

/** In: the format that the log has now. */
export const updateFormat = planned("update-format", `UPDATE {log} SET format = $1`)
