import { type Append, BackendError, checkAppend, checkBatch, type Verdict } from "@millrace/core/backend"

import { countMessages, wordsOfAppend } from "./append-words.ts"
import type { Word } from "./connection.ts"
import type { Log } from "./log.ts"
import { list } from "./reply.ts"
import { scripts } from "./scripts.ts"
import { verdictOf } from "./verdict.ts"

/** The most messages of one call, and so of one append, which is one script however large: about 5 ms of the server. Settles bring no more, either. */
export const MAX_BATCH = 250

/** The most messages of one script that holds several appends: about 3 ms of the server. */
const SCRIPT_MESSAGES = 200

/** How many calls may be away at once: one is made while the server works on the other. */
export const APPENDS_AT_ONCE = 2

/**
 * The order of the scripts that a backend object sends. Each is sent without waiting for the one before it, names that, and takes no effect where that took none:
 * so a script that is refused can not be overtaken by the next.
 */
export interface Turns {
  readonly id: string
  /** Scripts sent so far, and those that are not answered yet. */
  sent: number
  away: number
}

/** Stores appends, in as many scripts as keep the server free for others. */
export async function append(log: Log, appends: readonly Append[]): Promise<readonly Verdict[]> {
  checkBatch(appends, MAX_BATCH)
  const refused = appends.map((one) => checkAppend(one, log.holds))
  const sound = refused.every((verdict) => verdict === undefined)
    ? appends
    : appends.filter((_, at) => refused[at] === undefined)
  const answers = await Promise.allSettled([...pieces(sound)].map((piece) => appendPiece(log, piece)))
  const stored: Verdict[] = []
  for (const answer of answers) {
    if (answer.status === "fulfilled") stored.push(...answer.value)
    else throw stored.length === 0 ? answer.reason : halfWay(log, answer.reason)
  }
  let next = 0
  return refused.map((verdict) => {
    const found = verdict ?? stored[next]
    if (found === undefined) throw new BackendError("corrupt", "a script answered fewer verdicts than it was asked for")
    if (verdict === undefined) next += 1
    return found
  })
}

async function appendPiece(log: Log, appends: readonly Append[]): Promise<readonly Verdict[]> {
  const { turns } = log
  const before = turns.away > 0 ? turns.sent : ""
  turns.sent += 1
  turns.away += 1
  const words: Word[] = [turns.id, turns.sent, before, appends.length]
  for (const one of appends) words.push(...wordsOfAppend(one, log.partitions))
  try {
    const answers = list(await log.run(scripts.append, words))
    if (answers[0] === "behind")
      throw new BackendError(
        "unavailable",
        `${log.connection.where}: the append before this one was not stored: try again`,
      )
    const verdicts = appends.map((one, at) => verdictOf(one, answers[at]))
    for (const verdict of verdicts) if (verdict.kind === "appended") log.saw(verdict.position)
    return verdicts
  } finally {
    turns.away -= 1
  }
}

function* pieces(appends: readonly Append[]): Iterable<readonly Append[]> {
  let piece: Append[] = []
  let messages = 0
  for (const one of appends) {
    const count = countMessages(one)
    if (piece.length > 0 && messages + count > SCRIPT_MESSAGES) {
      yield piece
      piece = []
      messages = 0
    }
    piece.push(one)
    messages += count
  }
  if (piece.length > 0) yield piece
}

/** Some scripts of the call have run. */
function halfWay(log: Log, cause: unknown): BackendError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const what = `${log.connection.where}: only the first appends of a call were stored: repeat the same call`
  return new BackendError("outcome-unknown", `${what} (${text})`, { cause })
}
