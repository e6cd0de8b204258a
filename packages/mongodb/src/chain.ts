import type { Instant, Position, StreamId, Version } from "@millrace/core/backend"

import type { CommitDocument } from "./commit-document.ts"
import { BY_POSITION, type Database, inChain } from "./database.ts"

/** A commit of the chain. */
export type ChainCommit = CommitDocument & { readonly _id: number; readonly n: number }

/** What of a commit is needed of whoever reads on at the end of the chain. */
export const AS_READ_ON = { keys: 0, settles: 0, todo: 0 } as const

/** Positions at which the next commits are looked for at once, and how many such pages are read before what is known is given up instead. */
const PAGE = 200
const MOST_PAGES = 50

/** Streams whose version is kept in mind. */
const MOST_STREAMS = 100_000

/** The end of the chain as this process knows it. Whoever writes at `head + 1` finds out whether it still is the end. */
export interface Chain {
  readonly head: Position
  /** Whether `head` was ever read. */
  readonly isKnown: boolean
  /** When the last commit was recorded. */
  readonly at: Instant
  /** The version of a stream at `head`; `undefined` where it is not known. */
  version(streamId: StreamId): Version | undefined
  /** Keeps a version that was looked up. */
  learn(streamId: StreamId, version: Version): void
  /** Reads what others have added. Whatever was there when this was called is known afterwards. */
  refresh(): Promise<void>
  /** Takes in a commit of our own. */
  add(commit: CommitDocument): void
  /** Takes in a commit that was read, if it is the next one. */
  meet(commit: CommitDocument): void
  /** A commit of our own, by its name, is on its way: it may be read before its write is answered. */
  expect(by: string): void
  /** Forgets everything, for the log was removed. */
  forget(): void
}

/** `onCommit` is told of every commit taken in, in order, but for those given up; `onGap` of the new head then. */
export function chainOf(
  database: Database,
  told: { onCommit(commit: ChainCommit, own: boolean): void; onGap(head: Position): void },
): Chain {
  const versions = new Map<StreamId, Version>()
  let head = -1
  let at: Instant = 0
  let expected: string | undefined
  let reading: Promise<void> | undefined
  let next: Promise<void> | undefined

  const learn = (streamId: StreamId, version: Version): void => {
    const known = versions.get(streamId) ?? -1
    // While there is room nobody asks which was seen last.
    if (versions.size > MOST_STREAMS / 2) versions.delete(streamId)
    versions.set(streamId, Math.max(version, known))
    if (versions.size <= MOST_STREAMS) return
    for (const oldest of versions.keys()) {
      versions.delete(oldest)
      return
    }
  }
  const take = (commit: CommitDocument): void => {
    if (!isChained(commit) || head < 0 || commit._id !== head + 1) return
    head = commit._id + commit.n - 1
    at = Math.max(at, commit.at)
    for (const message of commit.messages ?? []) if (message !== null) learn(message.stream, message.version)
    told.onCommit(commit, commit.by === expected)
  }
  const jump = async (): Promise<void> => {
    const last = await lastCommit(database)
    versions.clear()
    head = last === undefined ? 0 : last._id + last.n - 1
    at = last?.at ?? 0
    told.onGap(head)
  }
  const readOn = async (): Promise<void> => {
    if (head < 0) return jump()
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const from = head + 1
      const found = await database.read(() =>
        database.commits
          .find(inChain({ from, to: from + PAGE - 1 }), { sort: { _id: 1 }, projection: AS_READ_ON, hint: BY_POSITION })
          .toArray(),
      )
      for (const commit of found) take(commit)
      // Positions have no gaps: what follows would begin right behind the last one.
      if (head + 1 < from + PAGE) return
    }
    return jump()
  }
  return {
    get head() {
      return Math.max(head, 0)
    },
    get isKnown() {
      return head >= 0
    },
    get at() {
      return at
    },
    version: (streamId) => versions.get(streamId),
    learn,
    refresh() {
      if (reading === undefined) {
        reading = readOn().finally(() => {
          reading = undefined
        })
        return reading
      }
      // The one under way may have asked already: whoever comes now needs the next one.
      next ??= reading
        .catch(() => {})
        .then(() => {
          next = undefined
          reading ??= readOn().finally(() => {
            reading = undefined
          })
          return reading
        })
      return next
    },
    add: take,
    meet: take,
    expect(by) {
      expected = by
    },
    forget() {
      versions.clear()
      head = -1
      at = 0
    },
  }
}

/** The commit at the end of the chain. */
export async function lastCommit(database: Database): Promise<ChainCommit | undefined> {
  const [last] = await database.read(() =>
    database.commits
      .find(inChain({ from: 0 }), {
        sort: { _id: -1 },
        limit: 1,
        projection: { _id: 1, n: 1, at: 1, by: 1 },
        hint: BY_POSITION,
      })
      .toArray(),
  )
  return last !== undefined && isChained(last) ? last : undefined
}

export function isChained(commit: CommitDocument): commit is ChainCommit {
  return typeof commit._id === "number" && commit.n !== undefined
}
