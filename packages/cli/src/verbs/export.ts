import type { Backend } from "@millrace/core"

import { CommandFailed } from "../exit-codes.ts"
import { type Progress, progressOf } from "../render/progress.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"
import { unfinishedImport } from "../transfer/import-marker.ts"
import { closingRecords, messageRecords } from "../transfer/log-records.ts"
import { type ExportFile, openExport } from "../transfer/open-export.ts"

/** How often what comes behind the messages is read anew when the log changes meanwhile. */
const TRIES = 5

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
      const reached = await writeAll(backend, file, { progress, before: head - messages })
      out.answer({ file: path, head: reached, records: file.records, resumed }, () => {
        return `${file.records} records, up to position ${reached}, are in ${path}${resumed ? " (it was gone on with)" : ""}`
      })
    } finally {
      progress.end()
      await file.close()
    }
  })
}

/** Messages never change; what comes behind them is read anew until nothing has changed meanwhile. */
async function writeAll(
  backend: Backend,
  file: ExportFile,
  { progress, before }: { readonly progress: Progress; readonly before: number },
): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    for await (const records of messageRecords(backend, file.position)) {
      await file.write(records)
      progress.at(file.position - before)
    }
    const mark = await markOf(backend)
    for await (const records of closingRecords(backend)) await file.write(records)
    if (mark.text === (await markOf(backend)).text) {
      await file.end(mark.head)
      return mark.head
    }
    await file.rewind()
  }
  const live = (await backend.operator.processes()).filter((one) => one.live).map(({ processName }) => processName)
  const who = live.length === 0 ? "whoever writes to it" : `its processes (${live.join(", ")})`
  throw new CommandFailed(
    `the log keeps changing while it is exported: stop ${who} and export to this file again, it goes on where it was`,
  )
}

/** What shows whether somebody worked on the log. */
async function markOf({ operator }: Backend): Promise<{ readonly head: number; readonly text: string }> {
  const stats = await operator.stats()
  return { head: stats.head, text: JSON.stringify([stats, await operator.groups()]) }
}
