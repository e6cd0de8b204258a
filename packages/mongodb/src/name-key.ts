import { createHash } from "node:crypto"

import { toSortable } from "@millrace/core/backend"

const LONGEST = 400
const KEPT = 300

/** A name as the `_id` of a document: sorted by code units, and short enough for every server's index. */
export function nameKey(name: string): string {
  const sortable = toSortable(name)
  if (sortable.length <= LONGEST) return sortable
  return `${sortable.slice(0, KEPT)}~${createHash("sha256").update(name).digest("base64url")}`
}
