import type { Backend } from "../backend/backend.ts"
import type { KeyedDocument } from "../backend/document.ts"
import { READ_LIMIT, type StreamRange } from "../backend/read.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Clock } from "./clock.ts"
import { nextTurn } from "./next-turn.ts"

/** How many streams one coalesced read asks for. */
const STREAMS_PER_READ = 500

interface Wanted {
  readonly range: StreamRange
  readonly include: "events" | "all"
  readonly onPage: ((page: readonly StoredMessage[]) => void) | undefined
  readonly resolve: (messages: readonly StoredMessage[]) => void
  readonly reject: (error: unknown) => void
}

interface WantedDocument {
  readonly id: string
  readonly resolve: (found: KeyedDocument | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Reads that reactors ask for in the same turn of the event loop, sent to the backend as one. */
export interface ReadTogether {
  history(
    streamId: StreamId,
    range?: { readonly after?: Version; readonly upto?: Version; readonly include?: "events" | "all" },
    onPage?: (page: readonly StoredMessage[]) => void,
  ): Promise<readonly StoredMessage[]>
  document(collection: string, id: string): Promise<KeyedDocument | undefined>
}

/** Coalesces the reads of streams that are handled side by side: a slice of 500 streams costs one read, not 500. */
export function readTogether(backend: Backend<never>, clock: Pick<Clock, "nextTurn">): ReadTogether {
  let streams: Wanted[] = []
  const documents = new Map<string, WantedDocument[]>()
  const soon = (flush: () => void): void => nextTurn(clock, flush)
  return {
    history(streamId, { include = "events", ...range } = {}, onPage) {
      return new Promise((resolve, reject) => {
        if (streams.length === 0) {
          soon(() => {
            const all = streams
            streams = []
            for (const kind of ["events", "all"] as const) {
              const asked = all.filter((one) => one.include === kind)
              for (let at = 0; at < asked.length; at += STREAMS_PER_READ) {
                void readStreams(backend, asked.slice(at, at + STREAMS_PER_READ), kind)
              }
            }
          })
        }
        streams.push({ range: { streamId, ...range }, include, onPage, resolve, reject })
      })
    },
    document(collection, id) {
      return new Promise((resolve, reject) => {
        const asked = documents.get(collection)
        if (asked !== undefined) {
          asked.push({ id, resolve, reject })
          return
        }
        documents.set(collection, [{ id, resolve, reject }])
        soon(() => {
          const all = documents.get(collection) ?? []
          documents.delete(collection)
          void readDocuments(backend, collection, all)
        })
      })
    },
  }
}

async function readStreams(
  backend: Backend<never>,
  asked: readonly Wanted[],
  include: "events" | "all",
): Promise<void> {
  try {
    // One stream may be asked for twice with other ranges: each range is read by itself then.
    const distinct = new Map<string, Wanted[]>()
    for (const one of asked) {
      const key = JSON.stringify([one.range.streamId, one.range.after ?? 0, one.range.upto ?? null])
      const same = distinct.get(key)
      if (same === undefined) distinct.set(key, [one])
      else same.push(one)
    }
    let round = [...distinct.values()]
    while (round.length > 0) {
      const seen = new Set<string>()
      const now: Wanted[][] = []
      const later: Wanted[][] = []
      for (const same of round) {
        const id = same[0]?.range.streamId ?? ""
        ;(seen.has(id) ? later : now).push(same)
        seen.add(id)
      }
      const found = await readAll(
        backend,
        now.flatMap((same) => same.slice(0, 1).map((one) => one.range)),
        include,
        sinksOf(now),
      )
      for (const same of now) {
        for (const one of same) one.resolve(found.get(one.range.streamId) ?? [])
      }
      round = later
    }
  } catch (error) {
    for (const one of asked) one.reject(error)
  }
}

type Sink = (page: readonly StoredMessage[]) => void

/** Who takes the pages of a stream as they come: where everybody who asked for it does. */
function sinksOf(asked: readonly (readonly Wanted[])[]): ReadonlyMap<string, Sink> {
  const sinks = new Map<string, Sink>()
  for (const same of asked) {
    const each = same.map((one) => one.onPage).filter((onPage) => onPage !== undefined)
    const [first] = same
    if (first === undefined || each.length < same.length) continue
    sinks.set(first.range.streamId, (page) => {
      for (const onPage of each) onPage(page)
    })
  }
  return sinks
}

/** Reads whole ranges of distinct streams, page by page. What a sink has taken is not in the answer. */
async function readAll(
  backend: Backend<never>,
  ranges: readonly StreamRange[],
  include: "events" | "all",
  sinks: ReadonlyMap<string, Sink>,
): Promise<Map<string, StoredMessage[]>> {
  const found = new Map<string, StoredMessage[]>()
  let left = ranges
  let afterPosition: number | undefined
  while (left.length > 0) {
    const page = await backend.read({
      from: "streams",
      streams: left,
      include,
      limit: READ_LIMIT,
      ...(afterPosition === undefined ? {} : { afterPosition }),
    })
    for (const message of page.messages) {
      const list = found.get(message.streamId)
      if (list === undefined) found.set(message.streamId, [message])
      else list.push(message)
    }
    const last = page.messages.at(-1)
    if (!page.more || last === undefined) return found
    for (const [streamId, sink] of sinks) {
      const list = found.get(streamId)
      if (list === undefined) continue
      found.delete(streamId)
      sink(list)
    }
    left = left.slice(left.findIndex((range) => range.streamId === last.streamId))
    afterPosition = last.position
  }
  return found
}

async function readDocuments(
  backend: Backend<never>,
  collection: string,
  asked: readonly WantedDocument[],
): Promise<void> {
  try {
    const found = await backend.documents({ collection, ids: [...new Set(asked.map((one) => one.id))] })
    const byId = new Map(found.map((document) => [document.id, document]))
    for (const one of asked) one.resolve(byId.get(one.id))
  } catch (error) {
    for (const one of asked) one.reject(error)
  }
}
