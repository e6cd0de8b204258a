import {
  BackendError,
  checkLimit,
  type DumpPage,
  type DumpQuery,
  fromSortable,
  groupRecordOf,
  type Json,
  type LogRecord,
  MAX_RECORDS,
  nextOf,
  pageOf,
  type StreamInfo,
  TRIMMED_CATEGORIES,
} from "@millrace/core/backend"

import type { KeyUse } from "../commit-document.ts"
import { readDocuments } from "../documents.ts"
import { finishOpen } from "../finish.ts"
import type { Log } from "../log.ts"
import { boundsOf, read } from "../read.ts"
import { storedJson } from "../stored-message.ts"
import type { KeyedStored } from "../stored.ts"
import { streams } from "./streams.ts"

/** A page of what reads do not give of a log. */
export async function dump(log: Log, { of, after, limit: asked }: DumpQuery): Promise<DumpPage> {
  checkLimit("limit", asked)
  const limit = Math.min(asked, MAX_RECORDS)
  await finishOpen(log.database)
  switch (of) {
    case "streams":
      return streamPage(log, after, limit)
    case "keys":
      return keyPage(log, after, limit)
    case "documents":
      return documentPage(log, after, limit)
    case "groups":
      return groupPage(log, after, limit)
  }
}

/** Streams by page; those that retention took nothing from that their messages do not tell are left out of it. */
async function streamPage(log: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  const { trimmedTo } = await boundsOf(log)
  const thinned = await readDocuments(log.database, { collection: TRIMMED_CATEGORIES, limit: 1 })
  if (trimmedTo === 0 && thinned.length === 0) return { records: [] }
  const page = await streams(log, { by: "id", limit: limit + 1, ...(after === undefined ? {} : { after }) })
  const records: LogRecord[] = []
  for (const info of page.slice(0, limit)) records.push(...(await streamRecord(log, info, trimmedTo)))
  return { records, ...nextOf(page, limit, ({ streamId }) => streamId) }
}

async function streamRecord(
  log: Log,
  { streamId, version, messages, lastPosition }: StreamInfo,
  trimmedTo: number,
): Promise<readonly LogRecord[]> {
  const [first] = (await read(log, { from: "streams", streams: [{ streamId }], limit: 1 })).messages
  const before = first?.version === undefined ? version : first.version - 1
  if (before === 0 && messages > 0) return []
  const last = messages === 0 ? lastPosition : Math.min(lastPosition, trimmedTo)
  return [{ kind: "stream", streamId, version: before, lastPosition: last }]
}

/** A place among the keys: a commit, and how many of its keys came before. Commits in the chain come first. */
type KeyPlace = readonly [commit: number | string, nth: number]

/** Each commit that is found has a key at least, for retention may have taken all that were in it: so many commits fill a page. */
async function keyPage({ database }: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  const [from, begin]: KeyPlace = after === undefined ? [0, 0] : storedJson<KeyPlace>(after)
  const found: { readonly place: KeyPlace; readonly record: LogRecord }[] = []
  for (const low of typeof from === "number" ? [from, ""] : [from]) {
    const commits = await database.read(() =>
      database.commits
        .find(
          { _id: { $gte: low }, "uses.0": { $exists: true } },
          { sort: { _id: 1 }, limit: limit + 1, projection: USES },
        )
        .toArray(),
    )
    for (const { _id, n = 0, head, uses = [] } of commits) {
      const reached = typeof _id === "number" ? _id + n - 1 : (head ?? 0)
      uses.forEach((use, nth) => {
        if (_id !== from || nth >= begin) found.push({ place: [_id, nth], record: keyRecord(use, reached) })
      })
    }
    if (found.length > limit) break
  }
  const records = found.slice(0, limit).map(({ record }) => record)
  const next = found[limit]
  return { records, ...(next === undefined ? {} : { next: JSON.stringify(next.place) }) }
}

const USES = { _id: 1, n: 1, head: 1, uses: 1 } as const

/** A key without messages goes with what was the head when it came. */
function keyRecord({ key, fingerprint, first, last, at }: KeyUse, reached: number): LogRecord {
  return {
    kind: "key",
    key,
    fingerprint,
    firstPosition: first,
    position: last,
    at: last === 0 ? (at ?? reached) : last,
  }
}

async function documentPage({ database }: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  const rows = await database.read(() =>
    database.documents
      .find({ _id: { $gt: after ?? "" }, revision: { $gt: 0 } }, { sort: { _id: 1 }, limit: limit + 1 })
      .toArray(),
  )
  return pageOf(rows, limit, { record: documentRecord, place: ({ _id }) => _id })
}

function documentRecord({ _id, id, revision, value }: KeyedStored): LogRecord {
  return { kind: "document", collection: collectionIn(_id), id, revision, value: storedJson<Json>(value ?? "null") }
}

/** The collection's name out of a document's `_id` (see `documentId`), where it was short enough to be kept there. */
function collectionIn(place: string): string {
  const colon = place.indexOf(":")
  const length = Number(place.slice(0, colon))
  for (let end = place.indexOf(":", colon + 1); end >= 0; end = place.indexOf(":", end + 1)) {
    const name = fromSortable(place.slice(colon + 1, end))
    if (name.length === length) return name
    if (name.length > length) break
  }
  throw new BackendError("unsupported", `a document's collection has a name too long to be dumped: ${place}`)
}

async function groupPage(log: Log, after: string | undefined, limit: number): Promise<DumpPage> {
  const all = (await log.groups.fresh()).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const left = after === undefined ? all : all.filter(({ name }) => name > after)
  return pageOf(left, limit, { record: (group) => groupRecordOf(group, group.skips), place: ({ name }) => name })
}
