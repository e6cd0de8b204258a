import type { Instant, Position } from "@millrace/core/backend"

import { type ChainCommit, isChained } from "./chain.ts"
import type { CommitDocument, MessageDocument } from "./commit-document.ts"
import { BY_POSITION, type Database, inChain } from "./database.ts"

/** How many positions lie in one segment. */
export const SEGMENT = 1_000

/** What segments may take in memory, by the length of their messages' texts. */
const MOST_CHARACTERS = 48 * 1024 * 1024
const MESSAGE_CHARACTERS = 300

/** Segments that are read ahead by one command, as long as they are so small that they take no more than this. */
const MOST_AHEAD = 4
const CHARACTERS_AHEAD = 4 * 1024 * 1024

/** How many beginnings are remembered. */
const MOST_STARTS = 1_000

/** Commits asked for at once: all of a segment, for they may hold a message each. */
const BATCH = 1_000

/** A message of the log and where it is. */
export interface LogEntry {
  readonly position: Position
  readonly at: Instant
  readonly message: MessageDocument
}

/** Stretches of the log, read once for all groups and partitions of this process and kept for a while. */
export interface Segments {
  /** The messages of segment `number` (positions `number * SEGMENT + 1` and on) up to `head`, in order. */
  load(number: number, head: Position): Promise<readonly LogEntry[]>
  /** Somebody goes on behind segment `number`: what follows is read while that one is handled, several segments by one command. */
  readOn(number: number, head: Position): void
  /** Takes in a commit at the end of the chain, if anybody reads the log here. */
  add(commit: ChainCommit): void
  /** Gives up segments that end at or below a position: retention has removed what was in them. */
  dropTo(position: Position): void
  forget(): void
}

export function segmentOf(position: Position): number {
  return Math.floor((position - 1) / SEGMENT)
}

/** The entry at a position, of a segment's or of any that rise. */
export function entryAt(entries: readonly LogEntry[], position: Position): LogEntry | undefined {
  // Where nothing was trimmed an entry's place tells its position.
  const first = entries[0]
  const likely = first === undefined ? undefined : entries[position - first.position]
  if (likely?.position === position) return likely
  const entry = entries[firstAbove(entries, position - 1)]
  return entry?.position === position ? entry : undefined
}

/** The index of the first entry above a position. */
export function firstAbove(entries: readonly LogEntry[], position: Position): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle]?.position ?? position) <= position) low = middle + 1
    else high = middle
  }
  return low
}

interface Kept {
  readonly entries: LogEntry[]
  /** Everything up to here is in it. */
  upto: Position
  characters: number
}

export function segmentsOf(database: Database): Segments {
  const kept = new Map<number, Kept>()
  const loading = new Map<number, Promise<void>>()
  let characters = 0
  let forgotten = 0
  // A process that only writes would keep what nobody looks at.
  let isRead = false

  const put = (into: Kept, entry: LogEntry): void => {
    into.entries.push(entry)
    const size = entry.message.payload.length + (entry.message.metadata?.length ?? 0) + MESSAGE_CHARACTERS
    into.characters += size
    characters += size
  }
  const makeRoom = (but: number): void => {
    for (const [number, { characters: size }] of kept) {
      if (characters <= MOST_CHARACTERS) return
      if (number === but) continue
      kept.delete(number)
      characters -= size
    }
  }
  /** Reads `count` segments from `number` on, which nobody reads now. */
  const fill = async (number: number, count: number, head: Position): Promise<void> => {
    const end = Math.min((number + count) * SEGMENT, head)
    const from = kept.get(number)?.upto ?? number * SEGMENT
    if (from >= end) return
    const began = forgotten
    const entries = await readEntries(database, from, end)
    // What was read may be what had to be forgotten, or go on from what was given up meanwhile: whoever waits asks again.
    if (forgotten !== began || (kept.get(number)?.upto ?? number * SEGMENT) < from) return
    let at = 0
    for (let one = number; one < number + count; one += 1) {
      const upto = Math.min((one + 1) * SEGMENT, head)
      // Meanwhile the end of the chain may have come in by itself.
      const into = kept.get(one) ?? { entries: [], upto: one * SEGMENT, characters: 0 }
      for (let entry = entries[at]; entry !== undefined && entry.position <= upto; entry = entries[(at += 1)])
        if (entry.position > into.upto) put(into, entry)
      into.upto = Math.max(into.upto, upto)
      kept.delete(one)
      kept.set(one, into)
    }
    makeRoom(number)
  }
  const begin = (number: number, count: number, head: Position): Promise<void> => {
    const numbers = Array.from({ length: count }, (_, index) => number + index)
    const filling = fill(number, count, head).finally(() => {
      for (const one of numbers) loading.delete(one)
    })
    for (const one of numbers) loading.set(one, filling)
    return filling
  }
  const isThere = (number: number, head: Position): boolean =>
    (kept.get(number)?.upto ?? -1) >= Math.min((number + 1) * SEGMENT, head)
  return {
    async load(number, head) {
      isRead = true
      while (!isThere(number, head)) await (loading.get(number) ?? begin(number, 1, head))
      return kept.get(number)?.entries ?? []
    },
    readOn(number, head) {
      const size = kept.get(number)?.characters ?? CHARACTERS_AHEAD
      const most = Math.min(Math.max(Math.floor(CHARACTERS_AHEAD / Math.max(size, 1)), 1), MOST_AHEAD)
      const first = number + 1
      let count = 0
      while (
        count < most &&
        (first + count) * SEGMENT < head &&
        !kept.has(first + count) &&
        !loading.has(first + count)
      )
        count += 1
      if (count > 0) begin(first, count, head).catch(() => {})
    },
    add(commit) {
      if (!isRead) return
      commit.messages?.forEach((message, index) => {
        const position = commit._id + index
        const number = segmentOf(position)
        let into = kept.get(number)
        if (into === undefined && position === number * SEGMENT + 1) {
          into = { entries: [], upto: position - 1, characters: 0 }
          kept.set(number, into)
        }
        if (into === undefined || into.upto !== position - 1) return
        if (message !== null) put(into, { position, at: commit.at, message })
        into.upto = position
      })
      makeRoom(segmentOf(commit._id + commit.n - 1))
    },
    dropTo(position) {
      for (const [number, { characters: size }] of kept) {
        if ((number + 1) * SEGMENT > position) continue
        kept.delete(number)
        characters -= size
      }
    },
    forget() {
      forgotten += 1
      kept.clear()
      characters = 0
    },
  }
}

/** The messages above `after` and up to `upto`, in order. */
export async function readEntries(database: Database, after: Position, upto: Position): Promise<readonly LogEntry[]> {
  if (upto <= after) return []
  const from = await startOf(database, after + 1)
  const read = (enableUtf8Validation: boolean): Promise<readonly CommitDocument[]> =>
    database.read(() =>
      database.commits
        .find(inChain({ from, to: upto }), {
          sort: { _id: 1 },
          projection: { n: 1, at: 1, messages: 1 },
          batchSize: BATCH,
          hint: BY_POSITION,
          enableUtf8Validation,
        })
        .toArray(),
    )
  // The driver looks through every text for the character that stands for broken bytes, one by one. It is asked to only where there is one.
  const unchecked = await read(false)
  const commits = unchecked.some(({ messages }) => messages?.some(isSuspect) === true) ? await read(true) : unchecked
  const entries: LogEntry[] = []
  for (const commit of commits) {
    if (!isChained(commit)) continue
    commit.messages?.forEach((message, index) => {
      const position = commit._id + index
      if (message !== null && position > after && position <= upto) entries.push({ position, at: commit.at, message })
    })
  }
  const last = commits.at(-1)
  if (last !== undefined && isChained(last)) {
    // Whoever reads on finds the beginning without a look.
    const end = last._id + last.n - 1
    database.starts.set(upto + 1, end > upto ? last._id : upto + 1)
    if (database.starts.size > MOST_STARTS) database.starts.clear()
  }
  return entries
}

const REPLACEMENT = "\uFFFD"

/** Whether a text of it may have been broken bytes. It may also have been stored as it is. */
function isSuspect(message: MessageDocument | null): boolean {
  if (message === null) return false
  const { id, type, stream, payload, metadata = "", causation = "", correlation = "" } = message
  return [payload, stream, id, type, metadata, causation, correlation].some((text) => text.includes(REPLACEMENT))
}

/** The `_id` of the commit that holds a position. */
export async function startOf(database: Database, position: Position): Promise<number> {
  const known = position === 1 ? 1 : database.starts.get(position)
  if (known !== undefined) return known
  const [found] = await database.read(() =>
    database.commits
      .find(inChain({ from: 0, to: position }), {
        sort: { _id: -1 },
        limit: 1,
        projection: { _id: 1 },
        hint: BY_POSITION,
      })
      .toArray(),
  )
  return typeof found?._id === "number" ? found._id : position
}
