import {
  checkLimit,
  type DumpPage,
  type DumpQuery,
  fromSortable,
  type GroupRecord,
  groupRecordOf,
  type LogRecord,
  MAX_RECORDS,
  nextOf,
  TRIMMED_CATEGORIES,
} from "@millrace/core/backend"

import { load } from "../change.ts"
import { keyPrefix, logKey } from "../connection.ts"
import { readDocuments } from "../documents.ts"
import type { Log } from "../log.ts"
import { int, list, storedJson, text } from "../reply.ts"
import { scripts } from "../scripts.ts"
import { skipsOf } from "./groups.ts"

/** A page of what reads do not give of a log. */
export async function dump(log: Log, { of, after, limit: asked }: DumpQuery): Promise<DumpPage> {
  checkLimit("limit", asked)
  const limit = Math.min(asked, MAX_RECORDS)
  switch (of) {
    case "streams":
      return streamPage(log, after, limit)
    case "keys":
      return keyPage(log, after === undefined ? 0 : int(after), limit)
    case "documents":
      return documentPage(log, after, limit)
    case "groups":
      return groupPage(log, after, limit)
  }
}

/** Names of streams by page; those that retention took nothing from that their messages do not tell are left out of it. */
async function streamPage(log: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  const { connection, settings } = log
  const trimmedTo = int((await connection.ask("HGET", logKey(settings), "trimmed")) ?? 0)
  const thinned = int(await connection.ask("ZCARD", `${keyPrefix(settings)}D:${TRIMMED_CATEGORIES}`)) > 0
  if (trimmedTo === 0 && !thinned) return { records: [] }
  const low = after === undefined ? "-" : `(${after}`
  const key = `${keyPrefix(settings)}streams`
  const names = list(await connection.ask("ZRANGEBYLEX", key, low, "+", "LIMIT", 0, limit + 1)).map(text)
  const some = names.slice(0, limit)
  const ends = some.length === 0 ? [] : list(await log.run(scripts.streamEnds, some))
  const records = some.flatMap((name, at): readonly LogRecord[] => {
    const [version = 0, left = 0, last = 0] = list(ends[at]).map(int)
    if (version === 0 && left > 0) return []
    const lastPosition = left > 0 ? Math.min(last, trimmedTo) : last
    return [{ kind: "stream", streamId: fromSortable(name), version, lastPosition }]
  })
  return { records, ...nextOf(names, limit, (name) => name) }
}

/** Keys in the order of their appends. */
async function keyPage({ connection, settings }: Log, from: number, limit: number): Promise<DumpPage> {
  const prefix = keyPrefix(settings)
  const keys = list(await connection.ask("LRANGE", `${prefix}keyed`, from, from + limit - 1)).map(text)
  if (keys.length === 0) return { records: [] }
  const uses = list(await connection.ask("HMGET", `${prefix}keys`, ...keys))
  const records = keys.flatMap((key, at): readonly LogRecord[] => {
    const [, first, last, head, fingerprint = ""] = /^(\d+):(\d+):(\d+):(.*)$/s.exec(text(uses[at] ?? "")) ?? []
    if (head === undefined) return []
    return [{ kind: "key", key, fingerprint, firstPosition: int(first), position: int(last), at: int(head) }]
  })
  return { records, ...(keys.length < limit ? {} : { next: String(from + limit) }) }
}

/** Documents by collection. Which collections there are is looked up where one ends. */
async function documentPage(log: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  let [collection, id] = after === undefined ? ["", ""] : storedJson<[string, string]>(after)
  for (;;) {
    const found =
      collection === "" ? [] : await readDocuments(log, { collection, limit, ...(id === "" ? {} : { after: id }) })
    const records = found.map((document) => ({ kind: "document", ...document }) as const)
    const last = records.at(-1)
    if (last !== undefined) return { records, next: JSON.stringify([collection, last.id]) }
    const next = (await collections(log)).find((one) => one > collection)
    if (next === undefined) return { records: [] }
    collection = next
    id = ""
  }
}

async function collections({ connection, settings }: Log): Promise<readonly string[]> {
  const begin = `${keyPrefix(settings)}D:`
  const found = new Set<string>()
  await connection.eachKey(`${begin}*`, async (keys) => {
    for (const key of keys) found.add(key.slice(begin.length))
  })
  return [...found].sort()
}

async function groupPage(log: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  const { read } = await load(log, { partition: "none" })
  const names = read.groups.map(({ name }) => name).sort()
  const left = after === undefined ? names : names.filter((name) => name > after)
  const some = left.slice(0, limit)
  const groups = some.length === 0 ? [] : (await load(log, { names: some })).read.groups
  const records: GroupRecord[] = []
  for (const group of groups) records.push(groupRecordOf(group, await skipsOf(log, group)))
  return { records, ...nextOf(left, limit, (name) => name) }
}
