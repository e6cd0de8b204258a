import { partitionOf, toSortable } from "@millrace/core/backend"

import type { Value } from "./database.ts"
import { numberList, textList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { encodeMessage } from "./message-row.ts"
import { offsetOf, type Plan } from "./plan-appends.ts"

/** Writes a plan as the values that the function `append` takes, in its order. */
export function appendValues(plan: Plan, log: Pick<Log, "settings" | "partitions">): readonly Value[] {
  const columns = messageColumns(plan, log.partitions)
  const streams = [...plan.streams.values()]
  const schedules = plan.verdicts.reduce(
    (sum, planned) => sum + (planned.kind === "stored" ? (planned.append.schedules?.length ?? 0) : 0),
    0,
  )
  return [
    clockOf(log),
    log.settings.lockTimeoutMs,
    columns.count,
    schedules,
    textList(streams.map(({ streamId }) => toSortable(streamId))),
    numberList(streams.map(({ low }) => low)),
    numberList(streams.map(({ high }) => high)),
    numberList(streams.map(({ events }) => events)),
    numberList(streams.map(({ messages }) => messages)),
    numberList(streams.map(({ last }) => last)),
    ...columns.values,
    textList(plan.ids),
    extraOf(plan),
  ]
}

/** The columns of all messages, and the heads of their types. */
function messageColumns(plan: Plan, partitions: number): { readonly count: number; readonly values: readonly Value[] } {
  const at = new Map([...plan.streams.keys()].map((streamId, index) => [streamId, index + 1]))
  const added = new Map<string, number>()
  const heads = new Map<string, { commands: number; offsets: number[] }>()
  const texts = { ids: column(), types: column(), names: column(), created: column(), payloads: column() }
  const nullable = { causations: columnOrNull(), correlations: columnOrNull(), metadata: columnOrNull() }
  const numbers = { kinds: [0].slice(1), streams: [0].slice(1), partitions: [0].slice(1), versions: [0].slice(1) }
  for (const planned of plan.verdicts) {
    if (planned.kind !== "stored") continue
    for (const { streamId, messages } of planned.append.streams) {
      const partition = partitionOf(streamId, partitions)
      const name = toSortable(streamId)
      let version = added.get(streamId) ?? 0
      for (const message of messages) {
        const row = encodeMessage(message)
        if (row.kind === 1) version += 1
        texts.ids.push(message.id)
        texts.types.push(message.type)
        texts.names.push(name)
        texts.created.push(message.createdAt)
        texts.payloads.push(row.payload)
        nullable.causations.push(row.causation)
        nullable.correlations.push(row.correlation)
        nullable.metadata.push(row.metadata)
        numbers.kinds.push(row.kind)
        numbers.streams.push(at.get(streamId) ?? 0)
        numbers.partitions.push(partition)
        numbers.versions.push(version)
        raise(heads, message.type, { partition, partitions, offset: texts.ids.length, command: row.kind !== 1 })
      }
      added.set(streamId, version)
    }
  }
  const types = [...heads.values()]
  return {
    count: texts.ids.length,
    values: [
      textList(texts.ids),
      numberList(numbers.kinds),
      textList(texts.types),
      textList(texts.names),
      numberList(numbers.streams),
      numberList(numbers.partitions),
      numberList(numbers.versions),
      textList(nullable.causations),
      textList(nullable.correlations),
      textList(texts.created),
      textList(nullable.metadata),
      textList(texts.payloads),
      textList([...heads.keys()]),
      numberList(types.map(({ commands }) => commands)),
      numberList(types.flatMap(({ offsets }) => offsets)),
    ],
  }
}

function column(): string[] {
  return []
}

function columnOrNull(): (string | null)[] {
  return []
}

function raise(
  heads: Map<string, { commands: number; offsets: number[] }>,
  type: string,
  at: { readonly partition: number; readonly partitions: number; readonly offset: number; readonly command: boolean },
): void {
  let head = heads.get(type)
  if (head === undefined) {
    head = { commands: 0, offsets: Array.from({ length: at.partitions + 1 }, () => 0) }
    heads.set(type, head)
  }
  head.offsets[at.partition] = at.offset
  head.offsets[at.partitions] = at.offset
  if (at.command) head.commands += 1
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
