import { checkLimit } from "../../rules/check-arguments.ts"
import { groupRecordOf } from "../../rules/group-record.ts"
import { nextOf } from "../../rules/next-of.ts"
import { type DumpPage, type DumpQuery, type LogRecord, MAX_RECORDS } from "../../transfer.ts"
import { type LogState, wasTrimmed } from "../log-state.ts"
import { documentKey, placeOfDocument } from "../touched.ts"

/** A page of what reads do not give, by name in code-unit order. */
export function dump(log: LogState, { of, after, limit: asked }: DumpQuery): DumpPage {
  checkLimit("limit", asked)
  const limit = Math.min(asked, MAX_RECORDS)
  // `sort` without a comparison goes by code units.
  const names = [...namesOf(log, of)].sort()
  const left = after === undefined ? names : names.filter((name) => name > after)
  const records = left.slice(0, limit).flatMap((name) => recordOf(log, of, name) ?? [])
  return { records, ...nextOf(left, limit, (name) => name) }
}

function namesOf(log: LogState, of: DumpQuery["of"]): Iterable<string> {
  switch (of) {
    case "streams":
      return [...log.streams].filter(([, stream]) => wasTrimmed(stream)).map(([name]) => name)
    case "keys":
      return log.keys.keys()
    case "documents":
      return [...log.documents].flatMap(([collection, ids]) => [...ids.keys()].map((id) => documentKey(collection, id)))
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
      const { collection, id } = placeOfDocument(name)
      const document = log.documents.get(collection)?.get(id)
      return document && { kind: "document", collection, id, ...document }
    }
    case "groups": {
      const group = log.groups.get(name)
      return group && groupRecordOf(group, group.skips)
    }
  }
}
