export type { DocumentPut, KeyedDocument } from "../message/document.ts"

/** Which documents to read: those named (absent ones are left out), or a page of a collection by id in code-unit order. */
export type DocumentQuery =
  | { readonly collection: string; readonly ids: readonly string[] }
  | { readonly collection: string; readonly after?: string; readonly limit: number }
