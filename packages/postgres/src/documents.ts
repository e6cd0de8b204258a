import {
  checkLimit,
  type DocumentQuery,
  type Json,
  type KeyedDocument,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Connection, Row } from "./database.ts"
import { textList } from "./list.ts"
import { int, text } from "./row.ts"
import { selectDocumentPage } from "./sql/select-document-page.ts"
import { selectDocuments } from "./sql/select-documents.ts"
import { storedJson } from "./stored-json.ts"

/** Reads the documents named, in the order asked, or a page of their collection. */
export async function readDocuments(on: Connection, query: DocumentQuery): Promise<readonly KeyedDocument[]> {
  const { collection } = query
  if ("ids" in query) {
    const ids = query.ids.filter(isStorable).map(toSortable)
    return documentsOf(collection, await on.rows(selectDocuments, collection, textList(ids)))
  }
  checkLimit("limit", query.limit)
  const after = toSortable(query.after ?? "")
  return documentsOf(collection, await on.rows(selectDocumentPage, collection, after, query.limit))
}

/** Whether Postgres can be asked for it: a text that it can not hold names nothing. */
function isStorable(id: string): boolean {
  return id.isWellFormed() && !id.includes("\u0000")
}

function documentsOf(collection: string, rows: readonly Row[]): readonly KeyedDocument[] {
  return rows.map((row) => {
    const value = storedJson<Json>(text(row[2]))
    return { collection, id: fromSortable(text(row[0])), revision: int(row[1]), value }
  })
}
