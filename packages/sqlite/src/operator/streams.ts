import { checkLimit, type StreamInfo, type StreamQuery, fromSortable, toSortable } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { int, type Row, text } from "../row.ts"
import { selectRecentInLog } from "../sql/select-recent-in-log.ts"
import { selectStreamsById } from "../sql/select-streams-by-id.ts"
import { selectStreamsByRecent } from "../sql/select-streams-by-recent.ts"
import { trimmedCategories } from "./trimmed-categories.ts"

/** The last messages looked at before all streams are. */
const LOOKED_AT = 20_000

/** Streams by id, or the most recently appended to first. */
export function listStreams(db: Connection, { by, category, limit, after }: StreamQuery): readonly StreamInfo[] {
  checkLimit("limit", limit)
  const range = category === undefined ? ([null, "", ""] as const) : namesOfCategory(category)
  if (by === "id") return db.all(selectStreamsById, toSortable(after ?? ""), ...range, limit).map(infoOf)
  if (category === undefined) {
    const recent = db.all(selectRecentInLog, LOOKED_AT, limit)
    if (recent.length === limit) return withEmptied(db, recent.map(infoOf), limit)
  }
  return db.all(selectStreamsByRecent, ...range, limit).map(infoOf)
}

/** What retention took of a category may have been the last of streams that are among the latest. */
function withEmptied(db: Connection, recent: readonly StreamInfo[], limit: number): readonly StreamInfo[] {
  const oldest = recent.at(-1)?.lastPosition ?? 0
  const emptied = trimmedCategories(db)
    .flatMap(({ category }) => db.all(selectStreamsByRecent, ...namesOfCategory(category), limit).map(infoOf))
    .filter(({ messages, lastPosition }) => messages === 0 && lastPosition > oldest)
  if (emptied.length === 0) return recent
  return [...recent, ...emptied].toSorted((one, other) => other.lastPosition - one.lastPosition).slice(0, limit)
}

/** The names of a category are its own and those that begin with it and a dash; the next character after the dash is a point. */
export function namesOfCategory(category: string): readonly [name: string, from: string, below: string] {
  const name = toSortable(category)
  return [name, `${name}-`, `${name}.`]
}

function infoOf(row: Row): StreamInfo {
  return {
    streamId: fromSortable(text(row[0])),
    version: int(row[1]),
    messages: int(row[2]),
    lastPosition: int(row[3]),
  }
}
