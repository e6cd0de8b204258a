import type { Backend, LogStats } from "@millrace/core"

import { CommandFailed } from "../exit-codes.ts"
import { closingRecords, messageRecords } from "./log-records.ts"
import type { ExportFile } from "./open-export.ts"

/** How often what comes behind the messages is read anew when the log changes meanwhile. */
const TRIES = 5

/**
 * Writes the messages of a log that the file lacks, and what comes behind them. Messages never change; the rest is read anew until nothing has changed
 * meanwhile. Answers the head. Throws `CommandFailed` for a log that keeps changing.
 */
export async function writeLog(
  backend: Backend,
  file: ExportFile,
  onPosition: (position: number) => void,
): Promise<number> {
  const begun = trimsOf(await backend.operator.stats())
  for (let tries = 0; tries < TRIES; tries += 1) {
    for await (const records of messageRecords(backend, file.position)) {
      await file.write(records)
      onPosition(file.position)
    }
    const mark = await markOf(backend)
    if (mark.trims !== begun)
      throw new CommandFailed("the log was trimmed while it was exported: remove the file and export anew")
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
async function markOf({ operator }: Backend): Promise<Mark> {
  const stats = await operator.stats()
  return { head: stats.head, trims: trimsOf(stats), text: JSON.stringify([stats, await operator.groups()]) }
}

interface Mark {
  readonly head: number
  readonly trims: string
  readonly text: string
}

/** What was trimmed: messages that an export holds already may be gone, so that what comes after them does not fit. */
function trimsOf({ trimmedTo, trimmed }: LogStats): string {
  return JSON.stringify([trimmedTo, trimmed])
}
