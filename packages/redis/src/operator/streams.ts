import { checkLimit, fromSortable, type StreamInfo, type StreamQuery, toSortable } from "@millrace/core/backend"

import { keyPrefix } from "../connection.ts"
import type { Log } from "../log.ts"
import { int, list, text } from "../reply.ts"
import { scripts } from "../scripts.ts"

/** Streams looked at together. */
const PAGE = 500

/** Streams by id, or the most recently appended to first. */
export async function streams(log: Log, query: StreamQuery): Promise<readonly StreamInfo[]> {
  checkLimit("limit", query.limit)
  const names = query.by === "id" ? await byId(log, query) : await byRecent(log, query)
  const infos: StreamInfo[] = []
  for (let from = 0; from < names.length; from += PAGE) {
    const some = names.slice(from, from + PAGE)
    const answers = list(await log.run(scripts.streamInfos, some))
    some.forEach((name, at) => infos.push(infoOf(name, answers[at])))
  }
  return infos
}

/** The names of a category are its own and those that begin with it and a dash; the next character after the dash is a point. */
async function byId(log: Log, { category, after, limit }: StreamQuery): Promise<readonly string[]> {
  const { connection, settings } = log
  const key = `${keyPrefix(settings)}streams`
  const behind = after === undefined ? undefined : toSortable(after)
  const range = async (low: string, high: string, most: number): Promise<readonly string[]> =>
    most <= 0 ? [] : list(await connection.ask("ZRANGEBYLEX", key, low, high, "LIMIT", 0, most)).map(text)
  if (category === undefined) return range(behind === undefined ? "-" : `(${behind}`, "+", limit)
  const name = toSortable(category)
  const own = behind === undefined || behind < name ? await range(`[${name}`, `[${name}`, limit) : []
  const first = `${name}-`
  const low = behind === undefined || behind < first ? `[${first}` : `(${behind}`
  return [...own, ...(await range(low, `(${name}.`, limit - own.length))]
}

async function byRecent({ connection, settings }: Log, { category, limit }: StreamQuery): Promise<readonly string[]> {
  const key = `${keyPrefix(settings)}recent`
  const name = category === undefined ? undefined : toSortable(category)
  const found: string[] = []
  for (let from = 0; found.length < limit; from += PAGE) {
    const page = list(await connection.ask("ZREVRANGE", key, from, from + PAGE - 1)).map(text)
    found.push(...page.filter((one) => name === undefined || one === name || one.startsWith(`${name}-`)))
    if (page.length < PAGE) break
  }
  return found.slice(0, limit)
}

function infoOf(name: string, answer: unknown): StreamInfo {
  const [version, messages, lastPosition] = list(answer).map(int)
  return {
    streamId: fromSortable(name),
    version: version ?? 0,
    messages: messages ?? 0,
    lastPosition: lastPosition ?? 0,
  }
}
