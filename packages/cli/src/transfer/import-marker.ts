import type { Backend, LogRecord } from "@millrace/core"

/** The document that a log holds while an import into it is not finished. */
const COLLECTION = "millrace.import"
const ID = "unfinished"

/** The export that a log was being imported from, when that is not finished. */
export async function unfinishedImport(backend: Backend): Promise<string | undefined> {
  const [found] = await backend.documents({ collection: COLLECTION, ids: [ID] })
  return typeof found?.value === "string" ? found.value : undefined
}

/** The record that begins an import. */
export function beginsImport(exportId: string): LogRecord {
  return { kind: "document", collection: COLLECTION, id: ID, revision: 1, value: exportId }
}

/** Takes the mark away: the import is finished. */
export async function finishImport(backend: Backend): Promise<void> {
  const documents = [{ collection: COLLECTION, id: ID, expectedRevision: "any", value: undefined }] as const
  await backend.append([{ streams: [], documents }])
}
