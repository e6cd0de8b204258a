import { checkLimit } from "../../backend/rules/check-arguments.ts"
import {
  type DumpPage,
  type DumpQuery,
  type GroupRecord,
  type LaneRecord,
  type LogRecord,
  MAX_RECORDS,
} from "../../backend/transfer.ts"
import type { GroupState, Lane } from "../group-state.ts"
import type { LogState, StreamState } from "../log-state.ts"

/** Between collection and id: no name holds it. */
const APART = "\u0000"

/** A page of what reads do not give, by name in code-unit order. */
export function dump(log: LogState, { of, after, limit }: DumpQuery): DumpPage {
  checkLimit("limit", limit)
  // `sort` without a comparison goes by code units.
  const names = [...namesOf(log, of)].sort()
  const left = after === undefined ? names : names.filter((name) => name > after)
  const page = left.slice(0, Math.min(limit, MAX_RECORDS))
  const next = page.at(-1)
  return {
    records: page.flatMap((name) => recordOf(log, of, name) ?? []),
    ...(page.length < left.length && next !== undefined ? { next } : {}),
  }
}

function namesOf(log: LogState, of: DumpQuery["of"]): Iterable<string> {
  switch (of) {
    case "streams":
      return [...log.streams].filter(([, stream]) => wasTrimmed(stream)).map(([name]) => name)
    case "keys":
      return log.keys.keys()
    case "documents":
      return [...log.documents].flatMap(([collection, ids]) =>
        [...ids.keys()].map((id) => `${collection}${APART}${id}`),
      )
    case "groups":
      return log.groups.keys()
  }
}

function recordOf(log: LogState, of: DumpQuery["of"], name: string): LogRecord | undefined {
  switch (of) {
    case "streams": {
      const stream = log.streams.get(name)
      if (stream === undefined) return undefined
      const lastPosition =
        stream.positions.length === 0 ? stream.lastPosition : Math.min(stream.lastPosition, log.trimmedTo)
      return { kind: "stream", streamId: name, version: stream.trimmed, lastPosition }
    }
    case "keys": {
      const use = log.keys.get(name)
      return use && { kind: "key", key: name, fingerprint: use.fingerprint, ...use.of, at: use.at }
    }
    case "documents": {
      const cut = name.indexOf(APART)
      const [collection, id] = [name.slice(0, cut), name.slice(cut + 1)]
      const document = log.documents.get(collection)?.get(id)
      return document && { kind: "document", collection, id, ...document }
    }
    case "groups": {
      const group = log.groups.get(name)
      return group && groupRecord(group)
    }
  }
}

/** Whether retention has taken something of a stream that its messages do not tell. */
function wasTrimmed({ trimmed, positions }: StreamState): boolean {
  return trimmed > 0 || positions.length === 0
}

function groupRecord(group: GroupState): GroupRecord {
  return {
    kind: "group",
    group: group.name,
    order: group.order,
    start: group.start,
    ...(group.stopped === null ? {} : { stopped: group.stopped }),
    maxLanes: group.maxLanes,
    types: sorted(group.types).map(([type, { since }]) => ({ type, since })),
    epoch: group.epoch,
    reemit: group.reemit,
    dropped: group.dropped,
    skips: group.skips,
    skipped: group.skipped,
    marks: [...group.marks].sort((a, b) => a - b),
    partitions: group.partitions.map(({ checkpoint, replay, rows, hold, lanes }) => ({
      checkpoint,
      replay,
      rows: sorted(rows).map(([key, state]) => ({ key, replay: state })),
      ...(hold === null ? {} : { hold }),
      lanes: sorted(lanes).map(([, lane]) => laneRecord(lane)),
    })),
  }
}

function laneRecord({ key, single, replay, at, kept }: Lane): LaneRecord {
  const { status, next, retryAt, failures, error } = at
  return {
    key,
    single,
    status,
    next,
    retryAt,
    failures,
    ...(error === null ? {} : { error }),
    replay,
    ...(kept === undefined ? {} : { kept }),
  }
}

function sorted<T>(entries: Iterable<readonly [string, T]>): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}
