import { planned } from "../statement.ts"

/** In: group, keys. Removes these lanes. */
export const deleteLanes = planned("delete-lanes", `DELETE FROM {lanes} WHERE grp = $1 AND key = ANY($2::text[])`)
