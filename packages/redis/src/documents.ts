import { checkLimit, type DocumentQuery, fromSortable, type KeyedDocument, toSortable } from "@millrace/core/backend"

import { keyPrefix } from "./connection.ts"
import type { Log } from "./log.ts"
import { int, list, storedJson, text } from "./reply.ts"

/** Reads keyed documents: the named ones in the order asked, or a page by id in code-unit order. */
export async function readDocuments(log: Log, query: DocumentQuery): Promise<readonly KeyedDocument[]> {
  if ("limit" in query) checkLimit("limit", query.limit)
  const { connection, settings } = log
  const { collection } = query
  const ids = "ids" in query ? query.ids.map(toSortable) : await pageOf(log, query)
  if (ids.length === 0) return []
  const values = list(await connection.ask("HMGET", `${keyPrefix(settings)}d:${collection}`, ...ids))
  return ids.flatMap((id, at) => {
    const value = values[at]
    return typeof value === "string" ? [documentOf(collection, fromSortable(id), value)] : []
  })
}

async function pageOf(
  { connection, settings }: Log,
  { collection, after, limit }: { readonly collection: string; readonly after?: string; readonly limit: number },
): Promise<readonly string[]> {
  const low = after === undefined ? "-" : `(${toSortable(after)}`
  const key = `${keyPrefix(settings)}D:${collection}`
  return list(await connection.ask("ZRANGEBYLEX", key, low, "+", "LIMIT", 0, limit)).map(text)
}

function documentOf(collection: string, id: string, value: string): KeyedDocument {
  const space = value.indexOf(" ")
  return { collection, id, revision: int(value.slice(0, space)), value: storedJson(value.slice(space + 1)) }
}
