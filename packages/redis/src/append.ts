import { type Append, BackendError, checkAppend, checkBatch, type Verdict } from "@millrace/core/backend"

import { countMessages, wordsOfAppend } from "./append-words.ts"
import type { Word } from "./connection.ts"
import type { Log } from "./log.ts"
import { list } from "./reply.ts"
import { scripts } from "./scripts.ts"
import { verdictOf } from "./verdict.ts"

/** The most messages of one call, and so of one append, which is one script however large: about 7 ms of the server. */
export const MAX_BATCH = 400

/** The most messages of one script that holds several appends: about 3 ms of the server. */
const SCRIPT_MESSAGES = 200

/** Stores appends, in as many scripts as keep the server free for others. */
export async function append(log: Log, appends: readonly Append[]): Promise<readonly Verdict[]> {
  checkBatch(appends, MAX_BATCH)
  const refused = appends.map((one) => checkAppend(one, log.holds))
  const sound = appends.filter((_, at) => refused[at] === undefined)
  const stored: Verdict[] = []
  for (const piece of pieces(sound)) {
    try {
      stored.push(...(await appendPiece(log, piece)))
    } catch (error) {
      throw stored.length === 0 ? error : halfWay(log, error)
    }
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
  const words: Word[] = [appends.length]
  for (const one of appends) words.push(...wordsOfAppend(one, log.partitions))
  const answers = list(await log.run(scripts.append, words))
  const verdicts = appends.map((one, at) => verdictOf(one, answers[at]))
  for (const verdict of verdicts) if (verdict.kind === "appended") log.saw(verdict.position)
  return verdicts
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
