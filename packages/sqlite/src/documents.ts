import {
  checkLimit,
  type DocumentPut,
  type DocumentQuery,
  type Json,
  type KeyedDocument,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { int, text } from "./row.ts"
import { deleteDocument } from "./sql/delete-document.ts"
import { putDocument as putDocumentSql } from "./sql/put-document.ts"
import { selectDocumentPage } from "./sql/select-document-page.ts"
import { selectDocuments } from "./sql/select-documents.ts"
import { selectRevision } from "./sql/select-revision.ts"
import { storedJson } from "./stored-json.ts"

/** Reads the documents named, or a page of their collection. */
export function readDocuments(db: Connection, query: DocumentQuery): readonly KeyedDocument[] {
  if ("ids" in query) {
    const ids = query.ids.filter((id) => id.isWellFormed()).map(toSortable)
    return documentsOf(query.collection, db.all(selectDocuments, query.collection, JSON.stringify(ids)))
  }
  checkLimit("limit", query.limit)
  const after = toSortable(query.after ?? "")
  return documentsOf(query.collection, db.all(selectDocumentPage, query.collection, after, query.limit))
}

/** The revision of a document; 0 where it is absent. */
export function revisionOf(db: Connection, collection: string, id: string): number {
  const row = db.get(selectRevision, collection, toSortable(id))
  return row === undefined ? 0 : int(row[0])
}

/** Puts or deletes a document whose revision was judged before. */
export function putDocument(db: Connection, { collection, id, value }: DocumentPut): void {
  if (value === undefined) db.run(deleteDocument, collection, toSortable(id))
  else db.run(putDocumentSql, collection, toSortable(id), revisionOf(db, collection, id) + 1, JSON.stringify(value))
}

function documentsOf(collection: string, rows: ReturnType<Connection["all"]>): readonly KeyedDocument[] {
  return rows.map((row) => {
    const value = storedJson<Json>(text(row[2]))
    return { collection, id: fromSortable(text(row[0])), revision: int(row[1]), value }
  })
}
