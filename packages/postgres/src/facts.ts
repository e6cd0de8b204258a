import { type Append, type AppendedAt, type MessageId, fromSortable, toSortable } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import { textList } from "./list.ts"
import { int, intOrNull, text } from "./row.ts"
import { selectFacts } from "./sql/select-facts.ts"

/** What the log held, at one moment, of everything that some appends are judged by. */
export interface Facts {
  readonly keys: ReadonlyMap<string, { readonly fingerprint: string; readonly of: AppendedAt }>
  readonly positions: ReadonlyMap<MessageId, number>
  readonly versions: ReadonlyMap<string, number>
  /** By `placeOf`. */
  readonly revisions: ReadonlyMap<string, number>
}

/** Names a document within one map. */
export function placeOf(collection: string, id: string): string {
  return JSON.stringify([collection, id])
}

/** Every id that an append brings. */
export function idsOf({ streams, schedules }: Append): readonly MessageId[] {
  const appended = streams.flatMap(({ messages }) => messages.map(({ id }) => id))
  return schedules === undefined ? appended : [...appended, ...schedules.map(({ message }) => message.id)]
}

/** Reads the facts in one statement: one moment. */
export async function factsOf(on: Connection, appends: readonly Append[]): Promise<Facts> {
  const streams = new Set(appends.flatMap((append) => append.streams.map(({ streamId }) => streamId)))
  const documents = appends.flatMap((append) => append.documents ?? [])
  const keys = appends.flatMap(({ idempotencyKey }) => (idempotencyKey === undefined ? [] : [idempotencyKey]))
  const rows = await on.rows(
    selectFacts,
    textList(appends.flatMap(idsOf)),
    textList([...streams].map(toSortable)),
    textList(keys),
    textList(documents.map(({ collection }) => collection)),
    textList(documents.map(({ id }) => toSortable(id))),
  )
  const facts = {
    keys: new Map<string, { fingerprint: string; of: AppendedAt }>(),
    positions: new Map<MessageId, number>(),
    versions: new Map<string, number>(),
    revisions: new Map<string, number>(),
  }
  for (const [kind, name, number, other, more] of rows) {
    if (kind === "id") facts.positions.set(text(name), int(number))
    else if (kind === "stream") facts.versions.set(fromSortable(text(name)), int(number))
    else if (kind === "document") facts.revisions.set(placeOf(text(other), fromSortable(text(name))), int(number))
    else
      facts.keys.set(text(name), {
        fingerprint: text(other),
        of: { firstPosition: int(number), position: intOrNull(more) ?? 0 },
      })
  }
  return facts
}
