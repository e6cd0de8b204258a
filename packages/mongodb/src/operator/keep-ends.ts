import { categoryOf, type Position } from "@millrace/core/backend"
import type { AnyBulkWriteOperation } from "mongodb"

import { type Counted, tallyOf } from "../counts.ts"
import type { Database } from "../database.ts"
import { nameKey } from "../name-key.ts"
import type { StreamDocument, TypeDocument } from "../stored.ts"

/** What a trim is known by: the end of a stretch of the log, or the number of a trim of a category. */
export type TrimStep = { readonly trimmed: Position } | { readonly thinned: number }

/** Versions go on, so the ends of streams are kept; what is counted already, up to `counted`, is counted down, once for each step. */
export async function keepEnds(
  database: Database,
  gone: readonly Counted[],
  { counted, step }: { readonly counted: Position; readonly step: TrimStep },
): Promise<void> {
  const all = tallyOf(gone)
  const down = tallyOf(gone.filter(({ position }) => position <= counted))
  const notYet = "trimmed" in step ? { trimmed: before(step.trimmed) } : { thinned: before(step.thinned) }
  const ends = [...all.streams].map(([stream, { version, last }]): AnyBulkWriteOperation<StreamDocument> => ({
    updateOne: {
      filter: { _id: nameKey(stream) },
      update: {
        $max: { version, last },
        $setOnInsert: { stream, category: categoryOf(stream), messages: 0, segment: 0 },
      },
      upsert: true,
    },
  }))
  const streams = [...down.streams].map(([stream, { messages }]): AnyBulkWriteOperation<StreamDocument> => ({
    updateOne: {
      filter: { _id: nameKey(stream), ...notYet },
      update: { $inc: { messages: -messages }, $set: step },
    },
  }))
  const types = [...down.types].map(([type, { messages, commands }]): AnyBulkWriteOperation<TypeDocument> => ({
    updateOne: {
      filter: { _id: nameKey(type), ...notYet },
      update: { $inc: { messages: -messages, commands: -commands }, $set: step },
    },
  }))
  if (ends.length > 0) await database.write(() => database.streams.bulkWrite(ends, { ordered: false }))
  if (streams.length > 0) await database.write(() => database.streams.bulkWrite(streams, { ordered: false }))
  if (types.length > 0) await database.write(() => database.types.bulkWrite(types, { ordered: false }))
}

/** The field is absent, or below. */
function before(step: number) {
  return { $not: { $gte: step } }
}
