import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { open, type FileHandle } from "node:fs/promises"
import { isDeepStrictEqual } from "node:util"

import type { Backend, LogRecord, LogStats } from "@millrace/core"

import { CommandFailed } from "../exit-codes.ts"
import { EXPORT_FORMAT, type Header, type Line, lineOf } from "./export-lines.ts"
import { openingRecords } from "./log-records.ts"

/** A file that an export is written to. */
export interface ExportFile {
  /** The last position whose message it holds. */
  readonly position: number
  /** Whether it goes on with an export that was interrupted. */
  readonly resumed: boolean
  readonly records: number
  write(records: readonly LogRecord[]): Promise<void>
  /** Takes away what was written behind the messages. */
  rewind(): Promise<void>
  /** Completes the file. */
  end(head: number): Promise<void>
  close(): Promise<void>
}

/** What a file holds of an export that was interrupted: up to its last whole message. */
interface Found {
  readonly header: Header
  readonly bytes: number
  readonly records: number
  readonly last: { readonly position: number; readonly id: string }
}

/** Opens a file for an export of this log: a new one, or one that an interrupted export of it left. */
export async function openExport(path: string, backend: Backend): Promise<ExportFile> {
  const { name, trimmedTo, trimmed } = await backend.operator.stats()
  const found = existsSync(path) ? await foundIn(path) : undefined
  if (found !== undefined) await refuseOther(path, found, backend, { name, trimmedTo, trimmed })
  const handle = await open(path, found === undefined ? "w" : "r+")
  const file = exportFile(handle, found)
  try {
    if (found !== undefined) {
      await handle.truncate(found.bytes)
      return file
    }
    const { partitions } = backend.capabilities
    const facts = { format: EXPORT_FORMAT, id: randomUUID(), log: name, partitions, trimmedTo, trimmed } as const
    await file.put([{ kind: "millrace-export", ...facts, begunAt: new Date().toISOString() }])
    for await (const records of openingRecords(backend)) await file.write(records)
    return file
  } catch (error) {
    await handle.close()
    throw error
  }
}

function exportFile(handle: FileHandle, found: Found | undefined) {
  let bytes = found?.bytes ?? 0
  let records = found?.records ?? 0
  let position = found?.last.position ?? 0
  let kept = { bytes, records }
  const put = async (lines: readonly Line[]): Promise<void> => {
    const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
    await handle.write(text, 0, text.length, bytes)
    bytes += text.length
  }
  return {
    get position() {
      return position
    },
    get records() {
      return records
    },
    resumed: found !== undefined,
    put,
    async write(some: readonly LogRecord[]) {
      await put(some)
      records += some.length
      const last = some.at(-1)
      if (last?.kind === "message") position = last.message.position
      if (last?.kind === "gap") position = last.upto
      if (last?.kind === "message" || last?.kind === "gap" || last?.kind === "stream" || last?.kind === "trimmed")
        kept = { bytes, records }
    },
    async rewind() {
      ;({ bytes, records } = kept)
      await handle.truncate(bytes)
    },
    async end(head: number) {
      await put([{ kind: "end", head, records }])
      await handle.sync()
    },
    close: () => handle.close(),
  }
}

/** Without a message there is nothing to go on with. */
async function foundIn(path: string): Promise<Found | undefined> {
  const handle = await open(path, "r")
  const other = new CommandFailed(`${path} is there and is no export that was interrupted: choose another file`)
  try {
    let header: Header | undefined
    let last: Found["last"] | undefined
    let whole = { bytes: 0, records: 0 }
    let bytes = 0
    let records = 0
    for await (const text of handle.readLines({ autoClose: false })) {
      const line = lineIfWhole(text)
      if (header === undefined) {
        if (line?.kind !== "millrace-export") throw other
        header = line
        bytes += Buffer.byteLength(text) + 1
        continue
      }
      if (line?.kind === "end") throw new CommandFailed(`${path} is a complete export already: choose another file`)
      if (line === undefined) break
      bytes += Buffer.byteLength(text) + 1
      records += 1
      if (line.kind === "message") last = { position: line.message.position, id: line.message.id }
      if (line.kind === "message") whole = { bytes, records }
    }
    if (header === undefined) throw other
    return last === undefined ? undefined : { header, last, ...whole }
  } finally {
    await handle.close()
  }
}

/** What was written last may be cut off. */
function lineIfWhole(text: string): Line | undefined {
  try {
    return lineOf(text, "")
  } catch {
    return undefined
  }
}

async function refuseOther(
  path: string,
  { header, last }: Found,
  backend: Backend,
  log: Pick<LogStats, "name" | "trimmedTo" | "trimmed">,
): Promise<void> {
  const anew = `remove ${path} and export anew`
  if (header.log !== log.name) throw new CommandFailed(`${path} is an export of ${header.log}, not of ${log.name}`)
  if (header.trimmedTo !== log.trimmedTo || !isDeepStrictEqual(header.trimmed ?? [], log.trimmed))
    throw new CommandFailed(`the log was trimmed since the export to ${path} began: ${anew}`)
  const page = await backend.read({ from: "log", after: last.position - 1, limit: 1 })
  if (page.messages[0]?.id !== last.id) throw new CommandFailed(`${path} holds what this log does not: ${anew}`)
}
