import { nameKey } from "./name-key.ts"

/** The `_id` of a keyed document: the collection's with its length before it, so that no two pairs of names meet. */
export function documentId(collection: string, id: string): string {
  return `${collection.length}:${nameKey(collection)}:${nameKey(id)}`
}
