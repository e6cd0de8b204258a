import { partitionOf, toSortable } from "@millrace/core/backend"

import type { Value } from "./database.ts"
import { numberList, textList, textListOrNull } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { encodeMessage } from "./message-row.ts"
import { NO_LIMIT, offsetOf, type Plan } from "./plan-appends.ts"
import { TypeHeads } from "./type-heads.ts"

/** Writes a plan as the values that the function `append` takes, in its order. */
export function appendValues(plan: Plan, log: Pick<Log, "settings" | "partitions">): readonly Value[] {
  const streams = [...plan.streams.values()]
  const assumed = streams.some(({ low, high, messages }) => low > 0 || high < NO_LIMIT || messages === 0)
  const { count, columns } = messageColumns(plan, log.partitions)
  const schedules = plan.verdicts.reduce(
    (sum, planned) => sum + (planned.kind === "stored" ? (planned.append.schedules?.length ?? 0) : 0),
    0,
  )
  return [
    clockOf(log),
    log.settings.lockTimeoutMs,
    count,
    schedules,
    textList(streams.map(({ streamId }) => toSortable(streamId))),
    numberList(streams.map(({ streamId }) => partitionOf(streamId, log.partitions))),
    assumed ? numberList(streams.map(({ low }) => low)) : null,
    assumed ? numberList(streams.map(({ high }) => high)) : null,
    numberList(streams.map(({ events }) => events)),
    numberList(streams.map(({ messages }) => messages)),
    numberList(streams.map(({ last }) => last)),
    ...columns,
    extraOf(plan),
  ]
}

/** The columns of all messages, and the heads of their types. */
function messageColumns(
  plan: Plan,
  partitions: number,
): { readonly count: number; readonly columns: readonly Value[] } {
  const places = new Map<string, { readonly number: number; readonly partition: number; version: number }>()
  for (const streamId of plan.streams.keys())
    places.set(streamId, { number: places.size + 1, partition: partitionOf(streamId, partitions), version: 0 })
  const types = new TypeHeads(partitions)
  const texts = { ids: column(), created: column(), payloads: column() }
  const nullable = { causations: columnOrNull(), correlations: columnOrNull(), metadata: columnOrNull() }
  const numbers = { kinds: [0].slice(1), types: [0].slice(1), streams: [0].slice(1), versions: [0].slice(1) }
  for (const planned of plan.verdicts) {
    if (planned.kind !== "stored") continue
    for (const { streamId, messages } of planned.append.streams) {
      const place = places.get(streamId)
      if (place === undefined) continue
      for (const message of messages) {
        const row = encodeMessage(message)
        const command = row.kind !== 1
        if (!command) place.version += 1
        texts.ids.push(message.id)
        texts.created.push(message.createdAt)
        texts.payloads.push(row.payload)
        nullable.causations.push(row.causation)
        nullable.correlations.push(row.correlation)
        nullable.metadata.push(row.metadata)
        numbers.kinds.push(row.kind)
        numbers.streams.push(place.number)
        numbers.versions.push(place.version)
        numbers.types.push(types.raise(message.type, place.partition, texts.ids.length, command))
      }
    }
  }
  return {
    count: texts.ids.length,
    columns: [
      textList(texts.ids),
      numberList(numbers.kinds),
      numberList(numbers.types),
      numberList(numbers.streams),
      numberList(numbers.versions),
      textListOrNull(nullable.causations),
      textListOrNull(nullable.correlations),
      textList(texts.created),
      textListOrNull(nullable.metadata),
      textList(texts.payloads),
      ...types.values(),
    ],
  }
}

function column(): string[] {
  return []
}

function columnOrNull(): (string | null)[] {
  return []
}

/** What few appends have: keys, documents, schedules. */
function extraOf({ verdicts, documents, keys }: Plan): string | null {
  const stored = verdicts.flatMap((planned) => (planned.kind === "stored" ? [planned] : []))
  const scheduled = stored.flatMap(({ append }) => append.schedules ?? [])
  if (keys.length === 0 && documents.size === 0 && scheduled.length === 0) return null
  let before = 0
  const given = stored.flatMap(({ append, at }) => {
    const first = offsetOf(at.firstPosition)
    const last = offsetOf(at.position)
    before = Math.max(before, last)
    const { idempotencyKey: key, fingerprint } = append
    return key === undefined ? [] : [{ key, fingerprint, first, last, before }]
  })
  return JSON.stringify({
    keyNames: keys,
    keys: given,
    documents: [...documents.values()].map(({ collection, id, low, high }) => ({
      collection,
      id: toSortable(id),
      low,
      high,
    })),
    puts: [...documents.values()]
      .filter(({ puts, restart }) => puts > 0 || restart)
      .map(({ collection, id, puts, restart, value }) => ({ collection, id: toSortable(id), puts, restart, value })),
    schedules: scheduled.map(({ message, at }, index) => ({
      number: index + 1,
      due: at,
      id: message.id,
      message: JSON.stringify(message),
    })),
  })
}
