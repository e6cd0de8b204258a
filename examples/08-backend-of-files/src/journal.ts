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
  /** Adds a line. Throws when nothing was added, or with `outcome-unknown`: then it has to be opened anew. */
  append(text: string): void
  /** Puts other lines in place of all. Throws, and leaves it as it was, or takes no more until it is opened anew. */
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
  // A process that died may have written what the disk does not have yet: from now on it counts as stored.
  if (durable) fsyncSync(file)
  const journal: Journal = {
    size: () => end,
    append(text) {
      if (broken) throw new BackendError("unavailable", `${path} failed while it was written anew: try again`)
      const line = framed(text)
      try {
        for (let at = 0; at < line.length;) at += writeSync(file, line, at, line.length - at, end + at)
        if (durable) fdatasyncSync(file)
      } catch (cause) {
        undo(file, end, cause)
        throw inOurWords(path, cause)
      }
      end += line.length
    },
    rewrite(lines) {
      const size = writeNext(path, lines, durable)
      // Between the two files there is no way back: whatever fails here, nothing more is written to the one that went.
      broken = true
      putInPlace(path, durable)
      closeSync(file)
      file = openSync(path, "r+")
      end = size
      broken = false
    },
    close: () => closeSync(file),
  }
  return { journal, texts }
}

/** Makes a journal of these lines, whole or not at all. */
export function createJournal(path: string, texts: Iterable<string>, durable: boolean): void {
  writeNext(path, texts, durable)
  putInPlace(path, durable)
}

/** Writes a journal beside the one in use. Answers its size. */
function writeNext(path: string, texts: Iterable<string>, durable: boolean): number {
  const file = openSync(`${path}.next`, "w")
  let size = 0
  try {
    for (const text of texts) {
      const line = framed(text)
      writeFileSync(file, line)
      size += line.length
    }
    if (durable) fsyncSync(file)
  } catch (cause) {
    rmSync(`${path}.next`, { force: true })
    throw inOurWords(path, cause)
  } finally {
    closeSync(file)
  }
  return size
}

/** A file's new name is safe when its folder is. */
function putInPlace(path: string, durable: boolean): void {
  renameSync(`${path}.next`, path)
  if (!durable) return
  const folder = openSync(dirname(path), "r")
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
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
    throw new BackendError("outcome-unknown", "a write failed and can not be undone: repeat it", { cause })
  }
}

/** What failed on a path, as the contract says it. */
export function inOurWords(path: string, cause: unknown): BackendError {
  if (cause instanceof BackendError) return cause
  const code = codeOf(cause)
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG")
    return new BackendError("full", `no room to write ${path}: make some`, { cause })
  return new BackendError(code === "EROFS" ? "read-only" : "unavailable", `${path} can not be used: ${code}`, { cause })
}
