import { checkLimit, type DocumentQuery, type Json, type KeyedDocument } from "@millrace/core/backend"

import type { Database } from "./database.ts"
import { documentId } from "./document-id.ts"
import { finishOpen } from "./finish.ts"
import { storedJson } from "./stored-message.ts"
import type { KeyedStored } from "./stored.ts"

/** Sorts behind every id of a collection. */
const LAST = "\uFFFF"

/** Reads keyed documents: the named ones in the order asked, or a page by id. */
export async function readDocuments(database: Database, query: DocumentQuery): Promise<readonly KeyedDocument[]> {
  const { collection } = query
  if ("limit" in query) checkLimit("limit", query.limit)
  await finishOpen(database)
  if ("ids" in query) {
    const rows = await storedDocuments(
      database,
      query.ids.map((id) => documentId(collection, id)),
    )
    return query.ids.flatMap((id) => {
      const row = rows.get(documentId(collection, id))
      return row === undefined ? [] : keyedOf(collection, row)
    })
  }
  const after = documentId(collection, query.after ?? "")
  const begin = query.after === undefined ? { $gte: after } : { $gt: after }
  const page = await database.read(() =>
    database.documents
      .find(
        { _id: { ...begin, $lt: documentId(collection, "") + LAST }, revision: { $gt: 0 } },
        { sort: { _id: 1 }, limit: query.limit },
      )
      .toArray(),
  )
  return page.flatMap((row) => keyedOf(collection, row))
}

/** What is stored under these ids, removed ones included. */
export async function storedDocuments(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyedStored>> {
  if (ids.length === 0) return new Map()
  const rows = await database.read(() => database.documents.find({ _id: { $in: [...ids] } }).toArray())
  return new Map(rows.map((row) => [row._id, row]))
}

function keyedOf(collection: string, { id, revision, value }: KeyedStored): readonly KeyedDocument[] {
  if (revision === 0 || value === null) return []
  return [{ collection, id, revision, value: storedJson<Json>(value) }]
}
