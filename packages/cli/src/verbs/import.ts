import { existsSync } from "node:fs"
import { open, stat } from "node:fs/promises"

import type { Backend, LogRecord } from "@millrace/core"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { progressOf } from "../render/progress.ts"
import { audited } from "../session/audit.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"
import { type End, EXPORT_FORMAT, type Header, type Line, lineOf } from "../transfer/export-lines.ts"
import { beginsImport, finishImport, unfinishedImport } from "../transfer/import-marker.ts"

/** What one call restores at most. */
const RECORDS_AT_ONCE = 500
const BYTES_AT_ONCE = 4 * 1024 * 1024

/** Room for the last line of an export. */
const END_BYTES = 512

/** Makes the log that a file was exported from, in a store that holds none. Goes on where an interrupted import of that file stopped. */
export function importLog(path: string, options: StoreOptions): Promise<void> {
  return inSession(options, async (session) => {
    const { backend, out } = session
    if (!existsSync(path))
      throw new CommandFailed(`there is no file ${path}: name what millrace export wrote`, EXIT.usage)
    const header = await headerOf(path)
    const end = await endOf(path)
    await backend.migrate()
    const { resumed, above } = await refuseUnfit(backend, header)
    if (!resumed) await backend.operator.restore([beginsImport(header.id)])
    await restoreAll(backend, path, above)
    const { head } = await backend.operator.stats()
    if (head !== end.head)
      throw new CommandFailed(`the log ends at ${head} and the export at ${end.head}: somebody works on it meanwhile`)
    await finishImport(backend)
    await audited(session, { verb: "import", export: header.id, log: header.log, head }, () => Promise.resolve())
    out.answer({ file: path, head, records: end.records, resumed }, () => {
      return `${end.records} records, up to position ${head}, were imported from ${header.log}${resumed ? " (it was gone on with)" : ""}`
    })
  })
}

async function endOf(path: string): Promise<End> {
  const handle = await open(path, "r")
  try {
    const { size } = await handle.stat()
    const begin = Math.max(0, size - END_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - begin), 0, size - begin, begin)
    const text = buffer.subarray(0, bytesRead).toString().trimEnd()
    const last = text.slice(text.lastIndexOf("\n") + 1)
    const line = last.startsWith('{"kind":"end"') ? lineOf(last, path) : undefined
    if (line?.kind === "end") return line
    throw new CommandFailed(`${path} is no complete export: run millrace export again, it goes on where it stopped`)
  } finally {
    await handle.close()
  }
}

async function headerOf(path: string): Promise<Header> {
  for await (const { line } of linesOf(path)) {
    if (line.kind !== "millrace-export") break
    if (line.format === EXPORT_FORMAT) return line
    throw new CommandFailed(`${path} has the format ${line.format}: this release reads ${EXPORT_FORMAT}`)
  }
  throw new CommandFailed(`${path} is no Millrace export`)
}

/** Throws unless the log is empty, or an unfinished import of this very export. Answers above which position it goes on. */
async function refuseUnfit(
  backend: Backend,
  { id, partitions }: Header,
): Promise<{ readonly resumed: boolean; readonly above: number }> {
  const { operator, capabilities } = backend
  const { head, trimmedTo, messages, schedules, name } = await operator.stats()
  const unfinished = await unfinishedImport(backend)
  if (unfinished !== undefined && unfinished !== id)
    throw new CommandFailed(`an import of another export into ${name} is not finished: finish it, or use another store`)
  if (unfinished === undefined) {
    const groups = (await operator.groups()).length
    const documents = (await operator.dump({ of: "documents", limit: 1 })).records.length
    if (head + schedules + groups + documents > 0)
      throw new CommandFailed(
        `the log ${name} is not empty (${messages} messages, ${groups} groups): import makes a log of its own, in a store that holds none`,
      )
  }
  if (capabilities.partitions !== partitions)
    throw new CommandFailed(
      `the export has ${partitions} partitions and the log ${capabilities.partitions}: make the log with ${partitions} first`,
    )
  return { resumed: unfinished !== undefined, above: head > trimmedTo ? head : 0 }
}

/** Restores every record but those that an earlier import brought: what begins the log, and messages up to `above`. */
async function restoreAll({ operator }: Backend, path: string, above: number): Promise<void> {
  const progress = await progressOf("import", (await stat(path)).size, "bytes")
  let batch: LogRecord[] = []
  let bytes = 0
  let done = 0
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await operator.restore(batch)
    batch = []
    bytes = 0
    progress.at(done)
  }
  try {
    for await (const { line, size } of linesOf(path)) {
      done += size
      if (line.kind === "millrace-export" || line.kind === "end" || wasBrought(line, above)) continue
      batch.push(line)
      bytes += size
      if (batch.length >= RECORDS_AT_ONCE || bytes >= BYTES_AT_ONCE) await flush()
    }
    await flush()
  } finally {
    progress.end()
  }
}

function wasBrought(record: LogRecord, above: number): boolean {
  if (above === 0) return false
  if (record.kind === "trimmed" || record.kind === "stream") return true
  if (record.kind === "gap") return record.upto <= above
  return record.kind === "message" && record.message.position <= above
}

async function* linesOf(path: string): AsyncGenerator<{ readonly line: Line; readonly size: number }> {
  const handle = await open(path, "r")
  try {
    let number = 0
    for await (const text of handle.readLines({ autoClose: false })) {
      number += 1
      yield { line: lineOf(text, `${path}:${number}`), size: Buffer.byteLength(text) + 1 }
    }
  } finally {
    await handle.close()
  }
}
