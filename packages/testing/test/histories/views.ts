import {
  type Backend,
  type DumpQuery,
  type LogRecord,
  MAX_RECORDS,
  READ_LIMIT,
  type Settled,
  type Slice,
  TRIMMED_CATEGORIES,
} from "@millrace/core/backend"

import { STREAMS, TYPES } from "./cast.ts"

const DUMPED = ["streams", "keys", "documents", "groups"] as const

/** A slice without what backends may choose freely: tokens, and how lanes are put together. */
export function viewOfSlice(slice: Slice): readonly unknown[] {
  const { group, takeovers, reemit, epoch } = slice
  const facts = { group, source: slice.source, partition: slice.lease.partition, takeovers, reemit, epoch }
  const messages = slice.messages.map(({ message, attempt, handledBefore }) => ({
    ...facts,
    position: message.position,
    id: message.id,
    attempt,
    handledBefore,
  }))
  const rest =
    slice.source === "partition"
      ? [
          {
            ...facts,
            from: slice.from,
            scannedTo: slice.scannedTo,
            skipped: sorted(slice.skipped),
            openLanes: slice.openLanes.toSorted(),
          },
        ]
      : slice.lanes.map(({ key, next }) => ({ ...facts, key, next }))
  return [...messages, ...rest]
}

/** What became of a settle, without tokens, and without what not every storage tells. */
export function viewOfSettled(settled: Settled): unknown {
  if (settled.kind === "fenced") return settled
  const { more: _more, ...rest } = settled
  return { ...rest, lanes: settled.lanes.map(({ key }) => key).toSorted() }
}

/** Everything that can be seen of a log. */
export async function viewOfLog(backend: Backend): Promise<unknown> {
  const { operator } = backend
  const { name: _name, ...stats } = await operator.stats()
  const log = await backend.read({ from: "log", limit: 10_000 })
  const streams = STREAMS.map((streamId) => ({ streamId }))
  const read = async (direction: "forward" | "backward") =>
    (await backend.read({ from: "streams", streams, include: "all", limit: 10_000, direction })).messages.map(
      ({ position }) => position,
    )
  const typed = await backend.read({ from: "log", types: TYPES.slice(0, 2), limit: 7, direction: "backward" })
  return {
    stats: { ...stats, unhandled: sorted(stats.unhandled) },
    log,
    forward: await read("forward"),
    backward: await read("backward"),
    typed: [typed.more, typed.messages.map(({ position }) => position)],
    groups: (await operator.groups()).map((info) => ({
      ...info,
      types: sorted(info.types),
      skips: sorted(info.skips),
      stopped: info.stopped?.reason,
    })),
    lanes: await operator.lanes(),
    schedules: (await operator.schedules({ limit: 1_000 })).map(({ message, at }) => [message.id, at]),
    streams: await operator.streams({ by: "recent", limit: 100 }),
    byId: await operator.streams({ by: "id", limit: 100, category: "cart" }),
    documents: [
      await backend.documents({ collection: "seen", limit: 100 }),
      await backend.documents({ collection: "put", limit: 100 }),
    ],
    progress: await Promise.all(STREAMS.map((streamId) => operator.progress(streamId, log.head).then(sorted))),
    processes: sorted((await operator.processes()).map(({ leases: _leases, ...process }) => process)),
    dumped: await Promise.all(DUMPED.map(async (of) => viewOfRecords(await allOf(backend, of), log))),
  }
}

/** The log as it could be taken out. */
export async function viewOfDump(backend: Backend): Promise<unknown> {
  const log = await backend.read({ from: "log", limit: READ_LIMIT })
  return Promise.all(DUMPED.map(async (of) => viewOfRecords(await allOf(backend, of), log)))
}

async function allOf({ operator }: Backend, of: DumpQuery["of"]): Promise<readonly LogRecord[]> {
  const found: LogRecord[] = []
  for (let after: string | undefined; ;) {
    const page = await operator.dump({ of, limit: MAX_RECORDS, ...(after === undefined ? {} : { after }) })
    found.push(...page.records)
    if (page.next === undefined) return found
    after = page.next
  }
}

/**
 * Records of a log that holds these messages, without what storages may choose freely. Where the removed part of a stream ended matters to nobody while the stream
 * goes on behind it: storages that do not know say how far retention went. One replay state has several writings: what it means shows in slices.
 */
export function viewOfRecords(
  records: readonly LogRecord[],
  { messages }: { readonly messages: readonly { readonly streamId: string; readonly position: number }[] },
): readonly unknown[] {
  const living = new Set(messages.map(({ streamId }) => streamId))
  const places = new Set(messages.map(({ position }) => position))
  const views = records.flatMap((record): readonly unknown[] => {
    if (record.kind === "group") {
      const partitions = record.partitions.map(({ replay: _replay, rows: _rows, lanes, ...rest }) => ({
        ...rest,
        lanes: lanes.map(({ replay: _own, ...lane }) => lane),
      }))
      // A mark of a message that was removed says nothing: some storages keep it.
      const marks = record.marks.filter((mark) => places.has(mark))
      return [{ ...record, marks, skips: sorted(record.skips), partitions }]
    }
    // How often it was written is the storage's own affair.
    if (record.kind === "document" && record.collection === TRIMMED_CATEGORIES) return [{ ...record, revision: 0 }]
    // Numbers of schedules rise; a storage may leave some out.
    if (record.kind === "schedule") return [{ ...record, number: 0 }]
    if (record.kind !== "stream" || !living.has(record.streamId)) return [record]
    return record.version === 0 ? [] : [{ ...record, lastPosition: 0 }]
  })
  return sorted(views)
}

/** In an order of its own, for lists that promise none. */
export function sorted<T>(items: readonly T[]): readonly T[] {
  return items.toSorted((one, two) => (JSON.stringify(one) < JSON.stringify(two) ? -1 : 1))
}
