import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"

import type { RowChange, RowStorage } from "@millrace/core/backend"

import { lockFolder } from "./folder-lock.ts"
import { createJournal, inOurWords, type Journal, openJournal } from "./journal.ts"

/** A journal is written anew when it has grown beyond this many bytes, and beyond twice what it took when it was written. */
const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024

/** So many rows go into a line of a journal that is written anew. */
const ROWS_PER_LINE = 100

/** `compacted`: the size that the journal had when it was opened, or last written anew. */
interface Opened {
  readonly journal: Journal
  readonly unlock: () => void
  compacted: number
}

/** Keeps the rows of a log in a folder: a journal with a line for each write. `durable`: whether a write is on the disk when it returns. */
export function folderStorage(folder: string, durable: boolean): RowStorage {
  const path = join(folder, "journal")
  let opened: Opened | undefined
  const storage = {
    holdsLog: () => existsSync(path),
    create(rows) {
      const unlock = owned(folder)
      try {
        if (!existsSync(path)) createJournal(path, linesOf(rows), durable)
      } finally {
        unlock()
      }
    },
    open() {
      const unlock = owned(folder)
      try {
        const { journal, texts } = openJournal(path, durable)
        opened = { journal, unlock, compacted: journal.size() }
        return changesOf(texts)
      } catch (error) {
        unlock()
        throw inOurWords(path, error)
      }
    },
    keep(changes, all) {
      if (opened === undefined) throw new Error("the folder is not open")
      opened.journal.append(JSON.stringify(changes))
      compact(opened, all)
    },
    close() {
      opened?.journal.close()
      opened?.unlock()
      opened = undefined
    },
    remove() {
      rmSync(path)
      storage.close()
    },
  } satisfies RowStorage
  return storage
}

function owned(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true })
    return lockFolder(folder)
  } catch (error) {
    throw inOurWords(folder, error)
  }
}

function compact(opened: Opened, all: () => Iterable<RowChange>): void {
  const { journal, compacted } = opened
  if (journal.size() < Math.max(COMPACT_ABOVE_BYTES, 2 * compacted)) return
  try {
    journal.rewrite(linesOf(all()))
  } catch {
    // The write before it is stored all the same. It is tried again when the journal has doubled; where it has failed half-way, the next write says so.
  }
  opened.compacted = journal.size()
}

function* linesOf(rows: Iterable<RowChange>): Iterable<string> {
  let line: RowChange[] = []
  for (const row of rows) {
    line.push(row)
    if (line.length < ROWS_PER_LINE) continue
    yield JSON.stringify(line)
    line = []
  }
  if (line.length > 0) yield JSON.stringify(line)
}

function* changesOf(lines: Iterable<string>): Iterable<RowChange> {
  for (const line of lines) yield* changesIn(line)
}

/** A line whose checksum is right says what `linesOf` or `keep` wrote. */
const changesIn: (line: string) => readonly RowChange[] = JSON.parse
