import type { DocumentQuery, KeyedDocument } from "../document.ts"
import { checkLimit } from "../rules/check-arguments.ts"
import type { LogState } from "./log-state.ts"

/** Reads keyed documents: the named ones in the order asked, or a page by id in code-unit order. */
export function documents(log: LogState, query: DocumentQuery): readonly KeyedDocument[] {
  const { collection } = query
  const all = log.documents.get(collection)
  if ("limit" in query) checkLimit("limit", query.limit)
  if (all === undefined) return []
  const ids = "ids" in query ? query.ids : page([...all.keys()], query)
  return ids.flatMap((id) => {
    const found = all.get(id)
    return found === undefined ? [] : [{ collection, id, ...found }]
  })
}

function page(ids: string[], { after, limit }: { readonly after?: string; readonly limit: number }): readonly string[] {
  // `sort` without a comparison goes by code units, which is the order promised.
  ids.sort()
  const begin = after === undefined ? 0 : ids.findIndex((id) => id > after)
  return begin < 0 ? [] : ids.slice(begin, begin + limit)
}
