import type { Append, Instant, Position } from "@millrace/core/backend"

import { wordsOfAppend } from "./append-words.ts"
import { keyPrefix, type Word } from "./connection.ts"
import { noSuchGroup } from "./errors.ts"
import { type StoredGroup, storedGroup } from "./group-fields.ts"
import type { GroupState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { raceOn } from "./race.ts"
import { int, list, text } from "./reply.ts"
import { type Move, writesOf } from "./save-groups.ts"
import { scripts } from "./scripts.ts"

/** What a change needs to read. */
export interface Scope {
  /** Groups by name; absent: all. */
  readonly names?: readonly string[]
  /** A partition by number; absent: all. */
  readonly partition?: number | "none"
  /** How many fencing tokens it may hand out. */
  readonly tokens?: number
  /** Whether the answers to the last settles are wanted. */
  readonly repeats?: true
}

/** What was read, and what is to be written with the groups' own changes. */
export interface Work {
  readonly now: Instant
  readonly head: Position
  /** Those that exist, in the order asked. */
  readonly groups: readonly GroupState[]
  /** The group of this name. Throws `not-found`. */
  group(name: string): GroupState
  /** The next fencing token. */
  nextToken(): number
  /** A field that must not have changed, and what it held. Keys without prefix. */
  readonly guards: (readonly [key: string, field: string, value: string])[]
  /** Commands; the second word is the key without prefix. */
  readonly writes: (readonly Word[])[]
  /** Moves of native groups beside those that the groups' own changes bring about. */
  readonly moves: Move[]
  readonly news: News
  readonly appends: Append[]
  readonly commands: UserCommand[]
  /** Whether it is written even where the server is full: it frees memory, or lets others free some. Not a take-over, which would be counted against a message that is not at fault. */
  evenWhenFull: boolean
  /** A text to keep with the verdicts on the appends. */
  remember?: { readonly key: string; readonly field: string; readonly text: string }
}

/** A command of users' work, for the messages of a group from a position on. The type is what its key must have or get. */
export interface UserCommand {
  /** The group's key without prefix. */
  readonly group: string
  readonly position: Position
  readonly command: readonly [type: string, ...words: Word[]]
}

/** What others are told once it is stored. */
export interface News {
  work: boolean
  schedule: boolean
  readonly challenged: Set<string>
}

/** What became of the commit of a change. */
export type Committed =
  | { readonly kind: "done"; readonly verdicts: readonly unknown[]; readonly unwritten: readonly Unwritten[] }
  | { readonly kind: "stale" }
  | { readonly kind: "refused"; readonly verdicts: readonly unknown[] }
  | { readonly kind: "taken"; readonly command: number; readonly detail: string }

/** A command that the server refused when it ran: by number, and what the server said. */
export interface Unwritten {
  readonly command: number
  readonly detail: string
}

/** The most partitions that one script reads. */
const PARTITIONS_AT_ONCE = 128

/** Reads groups, lets `work` change them, and writes that, if nobody else has changed them meanwhile; else all over again. */
export async function change<T>(log: Log, scope: Scope, work: (read: Work) => T | Promise<T>): Promise<T> {
  const race = raceOn(log)
  for (;;) {
    const { read, stored } = await load(log, scope)
    const result = await work(read)
    race.giveBackWay(read)
    const committed = await commit(log, read, stored)
    if (committed.kind === "done") return result
    await race.overtaken(read.groups)
  }
}

/** Reads groups. */
export async function load(
  log: Log,
  { names, partition, tokens = 0, repeats }: Scope,
): Promise<{ readonly read: Work; readonly stored: readonly StoredGroup[] }> {
  const asked = [...new Set(names ?? (await groupNames(log)))]
  const most =
    partition === undefined ? Math.max(1, Math.floor(PARTITIONS_AT_ONCE / log.partitions)) : PARTITIONS_AT_ONCE
  const answers = [...inPieces(asked, most)].map((some, piece) => {
    const [script, count] = piece === 0 && tokens > 0 ? [scripts.loadWithTokens, tokens] : [scripts.load, 0]
    return log.run(script, [count, partition ?? "", repeats === undefined ? "" : "1", ...some])
  })
  const [piece, ...others] = (await Promise.all(answers)).map(list)
  // What is not read at the same moment is guarded apart.
  const [now, first, head, ...found] = piece ?? ["0", 0, "0"]
  const stored: StoredGroup[] = []
  for (const one of [...found, ...others.flatMap((answer) => answer.slice(3))]) {
    const [, id, ...facts] = list(one)
    if (text(id) !== "") stored.push(storedGroup(text(id), facts))
  }
  return { read: workOn(stored, int(now), int(head), int(first), tokens), stored }
}

async function groupNames({ connection, settings }: Log): Promise<readonly string[]> {
  return list(await connection.ask("HKEYS", `${keyPrefix(settings)}groups`)).map(text)
}

function* inPieces<T>(all: readonly T[], most: number): Iterable<readonly T[]> {
  for (let at = 0; at === 0 || at < all.length; at += most) yield all.slice(at, at + most)
}

function workOn(stored: readonly StoredGroup[], now: Instant, head: Position, first: number, tokens: number): Work {
  const groups = stored.map(({ group }) => group)
  let token = first
  return {
    now,
    head,
    groups,
    group(name) {
      const found = groups.find((one) => one.name === name)
      if (found === undefined) throw noSuchGroup(name)
      return found
    },
    nextToken() {
      if (token >= first + tokens) throw new RangeError(`more than ${tokens} tokens were asked for`)
      token += 1
      return token - 1
    },
    guards: [],
    writes: [],
    moves: [],
    news: { work: false, schedule: false, challenged: new Set() },
    appends: [],
    commands: [],
    evenWhenFull: false,
  }
}

/** Writes what was changed, all of it or nothing. */
export async function commit(log: Log, work: Work, stored: readonly StoredGroup[]): Promise<Committed> {
  const { guards, writes, moves } = writesOf(work, stored)
  const { appends, commands, remember } = work
  if (writes.length + appends.length + commands.length === 0) return { kind: "done", verdicts: [], unwritten: [] }
  const news = newsWords(work.news)
  const words: Word[] = [guards.length, ...guards.flat(), appends.length]
  for (const append of appends) words.push(...wordsOfAppend(append, log.partitions))
  words.push(commands.length)
  for (const { group, position, command } of commands) {
    const [type, ...rest] = command
    words.push(group, position, type, rest.length, ...rest)
  }
  words.push(
    work.evenWhenFull ? "1" : "",
    remember?.key ?? "",
    remember?.field ?? "",
    remember?.text ?? "",
    writes.length,
  )
  for (const write of writes) words.push(write.length, ...write)
  words.push(moves.length, ...moves.flat(), news.length, ...news)
  const [kind, ...facts] = list(await log.run(scripts.commit, words))
  if (kind === "stale") return { kind }
  if (kind === "taken") return { kind, command: int(facts[0]), detail: text(facts[1]) }
  if (kind !== "done") return { kind: "refused", verdicts: list(facts[0]) }
  return { kind, verdicts: list(facts[0]), unwritten: list(facts[1]).map(unwrittenOf) }
}

function unwrittenOf(answer: unknown): Unwritten {
  const [command, detail] = list(answer)
  return { command: int(command), detail: text(detail) }
}

function newsWords({ work, schedule, challenged }: News): readonly string[] {
  return [...(work ? ["w"] : []), ...(schedule ? ["s"] : []), ...[...challenged].map((name) => `c\0${name}`)]
}
