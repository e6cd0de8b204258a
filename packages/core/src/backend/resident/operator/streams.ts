import { categoryOf } from "../../../stream/category.ts"
import type { StreamInfo, StreamQuery } from "../../operator.ts"
import { checkLimit } from "../../rules/check-arguments.ts"
import type { LogState, StreamState } from "../log-state.ts"

/** Streams by id, or the most recently appended to first. */
export function streams(log: LogState, { by, category, limit, after }: StreamQuery): readonly StreamInfo[] {
  checkLimit("limit", limit)
  const all = [...log.streams]
    .filter(([id]) => category === undefined || categoryOf(id) === category)
    .filter(([id]) => by === "recent" || after === undefined || id > after)
  const ordered =
    by === "id" ? all.sort(([a], [b]) => (a < b ? -1 : 1)) : all.sort(([, a], [, b]) => b.lastPosition - a.lastPosition)
  return ordered.slice(0, limit).map(infoOf)
}

function infoOf([streamId, { version, positions, lastPosition }]: [string, StreamState]): StreamInfo {
  return { streamId, version, messages: positions.length, lastPosition }
}
