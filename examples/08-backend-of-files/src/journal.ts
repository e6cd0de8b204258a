import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { dirname } from "node:path"
import { crc32 } from "node:zlib"

import { BackendError } from "@millrace/core/backend"

import { codeOf } from "./folder-lock.ts"

const LINE_END = 0x0a

/** A file of lines, each whole or absent. */
export interface Journal {
  /** How many bytes it takes. */
  size(): number
  /** Adds a line. Throws when nothing was added, or with `outcome-unknown`, after which it takes no more. */
  append(text: string): void
  /** Puts other lines in place of all, or throws and leaves it as it was. */
  rewrite(texts: Iterable<string>): void
  close(): void
}

/** Opens a journal and reads its lines. A last line that is not whole was never acknowledged: it is cut off. Throws `corrupt` for any other. */
export function openJournal(path: string, durable: boolean): { readonly journal: Journal; readonly texts: string[] } {
  const bytes = readFileSync(path)
  const { texts, end: whole } = parse(bytes, path)
  let end = whole
  let file = openSync(path, "r+")
  let broken = false
  if (end < bytes.length) ftruncateSync(file, end)
  const journal: Journal = {
    size: () => end,
    append(text) {
      if (broken) throw new BackendError("unavailable", `${path} failed while it was written: open the folder anew`)
      const line = framed(text)
      try {
        for (let at = 0; at < line.length;) at += writeSync(file, line, at, line.length - at, end + at)
        if (durable) fdatasyncSync(file)
      } catch (cause) {
        broken = true
        undo(file, end, cause)
        broken = false
        throw notWritten(path, cause)
      }
      end += line.length
    },
    rewrite(lines) {
      end = writeJournal(path, lines, durable)
      closeSync(file)
      file = openSync(path, "r+")
    },
    close: () => closeSync(file),
  }
  return { journal, texts }
}

/** Writes a whole journal beside the old one and puts it in its place at once. Answers its size. */
export function writeJournal(path: string, texts: Iterable<string>, durable: boolean): number {
  const next = `${path}.next`
  const file = openSync(next, "w")
  let size = 0
  try {
    for (const text of texts) {
      const line = framed(text)
      writeFileSync(file, line)
      size += line.length
    }
    if (durable) fsyncSync(file)
  } catch (cause) {
    rmSync(next, { force: true })
    throw notWritten(path, cause)
  } finally {
    closeSync(file)
  }
  renameSync(next, path)
  if (durable) syncFolder(dirname(path))
  return size
}

function framed(text: string): Buffer {
  return Buffer.from(`${checksum(text)} ${text}\n`)
}

function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(8, "0")
}

function parse(bytes: Buffer, path: string): { texts: string[]; end: number } {
  const texts: string[] = []
  let end = 0
  for (let from = 0, to = bytes.indexOf(LINE_END); to >= 0; from = to + 1, to = bytes.indexOf(LINE_END, from)) {
    const text = bytes.subarray(from + 9, to)
    if (bytes.toString("latin1", from, from + 8) !== checksum(text)) continue
    if (from > end)
      throw new BackendError("corrupt", `${path} is damaged at byte ${end}: restore the folder from a copy`)
    texts.push(text.toString())
    end = to + 1
  }
  if (texts.length === 0) throw new BackendError("not-a-log", `${path} is no journal: choose another folder`)
  return { texts, end }
}

function undo(file: number, end: number, cause: unknown): void {
  try {
    ftruncateSync(file, end)
    fsyncSync(file)
  } catch {
    throw new BackendError("outcome-unknown", "a write failed and can not be undone: open the folder anew", { cause })
  }
}

function notWritten(path: string, cause: unknown): BackendError {
  const code = codeOf(cause)
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new BackendError("full", `no room to write ${path}: make some`, { cause })
  return new BackendError(code === "EROFS" ? "read-only" : "unavailable", `${path} takes no writes: ${code}`, { cause })
}

/** A file's new name is safe when its folder is. */
function syncFolder(folder: string): void {
  const open = openSync(folder, "r")
  try {
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
}
