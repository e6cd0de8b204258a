import { CommandFailed } from "../exit-codes.ts"
import { progressOf } from "../render/progress.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"
import { unfinishedImport } from "../transfer/import-marker.ts"
import { openExport } from "../transfer/open-export.ts"
import { writeLog } from "../transfer/write-log.ts"

/** Writes a whole log to a file, a JSON document a line. Goes on where an interrupted export to that file stopped. */
export function exportLog(path: string, options: StoreOptions): Promise<void> {
  return inSession(options, async ({ backend, out }) => {
    if ((await unfinishedImport(backend)) !== undefined)
      throw new CommandFailed("an import into this log is not finished: run it again before you export the log")
    const { messages, head } = await backend.operator.stats()
    const file = await openExport(path, backend)
    const { resumed } = file
    const progress = await progressOf("export", messages, "messages")
    try {
      const reached = await writeLog(backend, file, (position) => progress.at(position - (head - messages)))
      progress.end()
      out.answer({ file: path, head: reached, records: file.records, resumed }, () => {
        return `${file.records} records, up to position ${reached}, are in ${path}${resumed ? " (it was gone on with)" : ""}`
      })
    } finally {
      progress.end()
      await file.close()
    }
  })
}
