import {
  fromSortable,
  type Json,
  TRIMMED_CATEGORIES,
  trimmedCategory,
  type TrimmedCategory,
} from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { text } from "../row.ts"
import { selectDocumentPage } from "../sql/select-document-page.ts"
import { storedJson } from "../stored-json.ts"

/** Categories of which retention has taken messages by themselves, and how far. */
export function trimmedCategories(db: Connection): readonly TrimmedCategory[] {
  return db
    .all(selectDocumentPage, TRIMMED_CATEGORIES, "", Number.MAX_SAFE_INTEGER)
    .map((row) => trimmedCategory(fromSortable(text(row[0])), storedJson<Json>(text(row[2]))))
}
