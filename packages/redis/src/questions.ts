import { partitionOf, type Position, type StoredMessage, type StreamId, toSortable } from "@millrace/core/backend"

import type { Word } from "./connection.ts"
import type { GroupState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { messageOfEntry } from "./message-entry.ts"
import { int, list, text } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** Something to look up. */
export interface Question<T> {
  readonly words: readonly Word[]
  answer(reply: unknown): T
}

/** A position that a group waits for, and the type of its message. */
export interface Waiting {
  readonly position: Position
  readonly type: string
}

/** Positions above `after` and up to `upto`. */
export interface Span {
  readonly after: Position
  readonly upto: Position
  readonly limit: number
}

/** Questions of one script. */
const AT_ONCE = 500

/** Looks things up, in as few scripts as keep the server free for others. Answers in order. */
export async function ask<T>(log: Log, questions: readonly Question<T>[]): Promise<readonly T[]> {
  const answers: T[] = []
  for (let from = 0; from < questions.length; from += AT_ONCE) {
    const some = questions.slice(from, from + AT_ONCE)
    const replies = list(await log.run(scripts.lookUp, [some.length, ...some.flatMap(({ words }) => words)]))
    some.forEach((question, at) => answers.push(question.answer(replies[at])))
  }
  return answers
}

/** Looks one thing up. */
export async function askOne<T>(log: Log, question: Question<T>): Promise<T> {
  return question.answer(list(await log.run(scripts.lookUp, [1, ...question.words]))[0])
}

/** The wanted messages of a group's partition in order; of the whole log in key and log order. */
export function wantedIn(
  group: GroupState,
  partition: number,
  { after, upto, limit }: Span,
): Question<readonly Waiting[]> {
  const types = [...group.types].flatMap(([type, { since }]) => [type, since])
  return {
    words: ["wanted", placeOf(group, partition), after, upto, limit, group.types.size, ...types],
    answer(reply) {
      const flat = list(reply)
      const found: Waiting[] = []
      for (let at = 0; at < flat.length; at += 2) found.push({ position: int(flat[at]), type: text(flat[at + 1]) })
      return found
    },
  }
}

/** How many messages of a type a group's partition (or, `undefined`, the log) has there. */
export function countOf(type: string, place: string, { after, upto }: Pick<Span, "after" | "upto">): Question<number> {
  return { words: ["count", `${place}${type}`, after, upto], answer: int }
}

/** A message that was stored and is not there: somebody else has taken its entry away. */
export interface Missing {
  readonly position: Position
  readonly missing: true
}

/** Messages of a stream, commands and events, in order. */
export function ofStream(log: Log, streamId: StreamId, span: Span): Question<readonly (StoredMessage | Missing)[]> {
  const { after, upto, limit } = span
  return {
    words: ["stream", toSortable(streamId), partitionOf(streamId, log.partitions), after, upto, limit],
    answer: (reply) =>
      list(reply).map((entry) =>
        Array.isArray(entry) ? messageOfEntry(entry) : { position: int(entry), missing: true },
      ),
  }
}

/** The messages at positions, those that exist. */
export function messagesAt(positions: readonly Position[]): Question<readonly StoredMessage[]> {
  return { words: ["at", positions.length, ...positions], answer: (reply) => list(reply).map(messageOfEntry) }
}

/** Where the index of what a partition of a group looks at begins: of the whole log in key and log order. */
export function placeOf(group: GroupState, partition: number): string {
  return group.order === "stream" ? `x:${partition}:` : "t:"
}
