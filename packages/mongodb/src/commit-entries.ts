import { randomUUID } from "node:crypto"

import { type Append, BackendError, type Holds, type Position, type StreamId } from "@millrace/core/backend"

import type { Chain, ChainCommit } from "./chain.ts"
import type { CommitDocument } from "./commit-document.ts"
import type { Database } from "./database.ts"
import { documentId } from "./document-id.ts"
import { storedDocuments } from "./documents.ts"
import { type Entry, type Facts, noFacts, placeOf } from "./entry.ts"
import { isTaken } from "./errors.ts"
import { finish, finishOpen } from "./finish.ts"
import { scheduleKey } from "./keys.ts"
import { lookUp, lookUpVersions } from "./look-up.ts"
import { type Outcome, type Plan, planCommit } from "./plan-commit.ts"
import type { ServerClock } from "./server-clock.ts"

/** How often an entry is judged again because others wrote first. With each round the pause grows, so that everyone gets a turn. */
const MOST_ROUNDS = 1_000
const FIRST_PAUSE_MS = 3
const MOST_PAUSE_MS = 40

/** How long a writer that has just won lets others try, and for how long after it has seen another one. */
const YIELD_MS = 8
const YIELD_FOR_MS = 100

/** What a commit is made and written with. */
export interface CommitParts {
  readonly database: Database
  readonly chain: Chain
  readonly clock: ServerClock
  readonly holds: Holds
  /** The commits above a position, as they came in; `undefined` where some were passed over. */
  readonly seenAbove: (position: Position) => readonly ChainCommit[] | undefined
  /** When a commit of somebody else was last seen, on the steady clock. */
  readonly othersWroteAt: () => number
  /** Told of each commit written, before those who asked for it are. */
  readonly onCommit: (commit: CommitDocument) => void
}

/** Judges entries by what the log holds and writes what can be stored as one commit, again and again until nobody else was first. */
export function commitEntries(parts: CommitParts): (entries: readonly Entry[]) => Promise<Plan> {
  const { database, chain } = parts

  let wonAt = 0

  const commitAll = async (entries: readonly Entry[]): Promise<Plan> => {
    const facts = noFacts()
    // Who writes beside others lets them in between: the last to win would otherwise always be the first to try.
    if (wonAt > 0 && parts.othersWroteAt() > wonAt - YIELD_FOR_MS && performance.now() - wonAt < YIELD_FOR_MS)
      await pause(Math.random() * YIELD_MS)
    await prepare(entries, facts)
    let known = 0
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const done = await attempt(entries, facts)
      if (done !== undefined) {
        wonAt = performance.now()
        return done
      }
      if (chain.head > known && round > 0) {
        await pause(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** round, MOST_PAUSE_MS))
        // Meanwhile others went on: only who stands at the very end has a chance.
        await readOn(facts)
      }
      known = chain.head
    }
    throw new BackendError(
      "unavailable",
      `${database.where}: others wrote first ${MOST_ROUNDS} times in a row; nothing was written: try again`,
    )
  }

  /** `undefined`: something was not as thought, and is known better now. */
  const attempt = async (entries: readonly Entry[], facts: Facts): Promise<Plan | undefined> => {
    const now = await parts.clock.now()
    const head = chain.head
    const plan = planCommit(entries, { chain, facts, holds: parts.holds, now, by: randomUUID() })
    // Ids and keys come before versions: who is refused for a version may be known already.
    const unsure = entries.filter((entry, index) => !facts.lookedUp.has(entry) && isRefused(plan.outcomes[index]))
    if (unsure.length > 0) {
      await lookAtKeys(unsure, facts)
      return undefined
    }
    if (plan.commit === undefined || typeof plan.commit._id === "string") {
      // What is refused is refused by what the log holds now; a commit outside the chain does not tell by itself.
      await readOn(facts)
      if (chain.head !== head) return undefined
      if (plan.commit === undefined) return plan
    }
    chain.expect(plan.commit.by)
    if (!(await insert(plan.commit))) {
      await readOn(facts)
      if (chain.head === head) await lookAtKeys(entries, facts)
      else if (entries.some(putsDocuments)) await learnDocuments(entries, facts)
      return undefined
    }
    chain.add(plan.commit)
    if (plan.commit.todo !== undefined) await finish(database, [plan.commit])
    parts.onCommit(plan.commit)
    return plan
  }

  /** Reads what others have added, and learns of it what bears on the entries. */
  const readOn = async (facts: Facts): Promise<void> => {
    const head = chain.head
    await chain.refresh()
    if (chain.head === head || facts.lookedUp.size === 0) return
    const wanted = new Set(
      [...facts.lookedUp].flatMap(({ appends }) =>
        appends.flatMap((append) => (append === undefined ? [] : idsOf(append))),
      ),
    )
    const keys = new Set(
      [...facts.lookedUp].flatMap(({ appends }) => appends.flatMap((append) => append?.idempotencyKey ?? [])),
    )
    const seen = parts.seenAbove(head)
    if (seen === undefined) facts.lookedUp.clear()
    for (const { _id, messages = [], uses = [] } of seen ?? []) {
      messages.forEach((message, index) => {
        if (message !== null && wanted.has(message.id)) facts.ids.set(message.id, _id + index)
      })
      for (const use of uses) if (keys.has(use.key)) facts.uses.set(use.key, use)
    }
  }

  /** Whether this very commit is in the log now. Asked again after a broken connection it is the same commit, so it is there once. */
  const insert = async (commit: CommitDocument): Promise<boolean> => {
    try {
      await database.write(() => database.commits.insertOne(commit))
      return true
    } catch (error) {
      const cause = error instanceof BackendError ? error.cause : error
      if (!isTaken(cause)) throw error
      const there = await database.read(() => database.commits.findOne({ _id: commit._id }, { projection: { by: 1 } }))
      return there?.by === commit.by
    }
  }

  const prepare = async (entries: readonly Entry[], facts: Facts): Promise<void> => {
    if (chain.at === 0) await chain.refresh()
    const cold = streamsToLookUp(entries, chain, "before")
    await Promise.all([
      learnVersions(cold, facts),
      entries.some(putsDocuments) ? learnDocuments(entries, facts) : undefined,
    ])
  }

  const learnVersions = async (streams: readonly StreamId[], facts: Facts): Promise<void> => {
    if (streams.length === 0) return
    for (const [stream, version] of await lookUpVersions(database, streams)) facts.versions.set(stream, version)
  }

  const learnDocuments = async (entries: readonly Entry[], facts: Facts): Promise<void> => {
    await finishOpen(database)
    const puts = entries.flatMap(({ appends }) => appends.flatMap((append) => append?.documents ?? []))
    const rows = await storedDocuments(
      database,
      puts.map(({ collection, id }) => documentId(collection, id)),
    )
    for (const { collection, id } of puts) {
      const row = rows.get(documentId(collection, id))
      if (row !== undefined) facts.documents.set(placeOf(collection, id), { write: row.write, revision: row.revision })
    }
  }

  /** Nobody has written to the end of the chain, so a key was taken before: which one? */
  const lookAtKeys = async (entries: readonly Entry[], facts: Facts): Promise<void> => {
    for (const entry of entries) facts.lookedUp.add(entry)
    const appends = entries.flatMap((entry) =>
      entry.appends.flatMap((append) => (append === undefined ? [] : [append])),
    )
    await finishOpen(database)
    const found = await lookUp(database, {
      ids: appends.flatMap(idsOf),
      once: appends.flatMap(({ idempotencyKey }) => (idempotencyKey === undefined ? [] : [idempotencyKey])),
      ends: entries.flatMap(({ leases, changes }) => [
        ...leases,
        ...changes.map(({ number, moves }) => scheduleKey(number, moves)),
      ]),
    })
    for (const [id, position] of found.ids) facts.ids.set(id, position)
    for (const [key, use] of found.uses) facts.uses.set(key, use)
    for (const key of found.ended) facts.ended.add(key)
    await learnVersions(streamsToLookUp(entries, chain, "after"), facts)
    if (entries.some(putsDocuments)) await learnDocuments(entries, facts)
  }

  return commitAll
}

/**
 * The streams whose version has to be looked up. Before the first attempt: those of which more is needed than that they are new, for that the
 * key of version 1 shows by itself. After a key was found taken: all that are not known.
 */
function streamsToLookUp(entries: readonly Entry[], chain: Chain, when: "before" | "after"): readonly StreamId[] {
  const cold = new Set<StreamId>()
  for (const { appends, changes } of entries) {
    for (const change of changes) {
      if (change.kind !== "fire" || chain.version(change.message.stream) !== undefined) continue
      if (when === "after" || change.message.kind === "command") cold.add(change.message.stream)
    }
    for (const append of appends) {
      for (const { streamId, expected, messages } of append?.streams ?? []) {
        if (chain.version(streamId) !== undefined) continue
        const asNew =
          (expected === "any" || expected === "no-stream" || expected === 0) && messages[0]?.kind === "event"
        if (when === "after" || !asNew) cold.add(streamId)
      }
    }
  }
  return [...cold]
}

/** Whether it was refused by what the log holds, or is said to hold. */
function isRefused(outcome: Outcome | undefined): boolean {
  if (outcome === undefined || outcome.kind === "closed") return false
  return outcome.verdicts.some(
    (verdict) =>
      verdict !== undefined &&
      verdict.kind !== "appended" &&
      !(verdict.kind === "refused" && verdict.code === "bad-data"),
  )
}

function putsDocuments({ appends }: Entry): boolean {
  return appends.some((append) => append?.documents !== undefined && append.documents.length > 0)
}

function idsOf(append: Append): readonly string[] {
  return [
    ...append.streams.flatMap(({ messages }) => messages.map(({ id }) => id)),
    ...(append.schedules ?? []).map(({ message }) => message.id),
  ]
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
