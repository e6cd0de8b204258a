import {
  type Append,
  type Instant,
  type Known,
  type MessageId,
  type StreamId,
  type Verdict,
  type Version,
} from "@millrace/core/backend"

import type { Chain } from "./chain.ts"
import {
  type CommitDocument,
  documentOf,
  type DocumentWrite,
  type EndedSchedule,
  type KeyUse,
  type MadeSchedule,
  type MessageDocument,
  type MovedSchedule,
  type Todo,
} from "./commit-document.ts"
import { type Facts, placeOf, type ScheduleChange } from "./entry.ts"
import { commandKey, documentKey, idKey, onceKey, scheduleKey, versionKey } from "./keys.ts"

/** A commit in the making. */
export interface Sheet {
  readonly known: Known
  readonly keys: string[]
  /** `drafts`: the documents of its messages. */
  add(append: Append, drafts: readonly MessageDocument[], numbers: readonly number[]): Verdict
  change(change: ScheduleChange): void
  /** Answers what takes everything back that is added from now on. */
  mark(): () => void
  commit(facts: {
    readonly at: Instant
    readonly by: string
    readonly settles: readonly string[]
  }): CommitDocument | undefined
}

export function openSheet(chain: Chain, facts: Facts): Sheet {
  const first = chain.head + 1
  let messages: MessageDocument[] = []
  let keys: string[] = []
  let uses: KeyUse[] = []
  let documents: DocumentWrite[] = []
  let made: MadeSchedule[] = []
  const ended: EndedSchedule[] = []
  const moved: MovedSchedule[] = []
  let versions = new Map<StreamId, Version>()
  let ids = new Set<MessageId>()
  let conversations = new Set<MessageId>()
  const versionOf = (stream: StreamId): Version =>
    versions.get(stream) ?? Math.max(chain.version(stream) ?? 0, facts.versions.get(stream) ?? 0)
  const documentAt = (collection: string, id: string): { readonly write: number; readonly revision: number } =>
    documents.findLast((one) => one.collection === collection && one.id === id) ??
    facts.documents.get(placeOf(collection, id)) ?? { write: 0, revision: 0 }
  const known: Known = {
    key(key) {
      const use = uses.find((one) => one.key === key) ?? facts.uses.get(key)
      if (use === undefined) return undefined
      return { fingerprint: use.fingerprint, of: { firstPosition: use.first, position: use.last } }
    },
    position(id) {
      if (!ids.has(id)) return facts.ids.get(id)
      const index = messages.findIndex((message) => message.id === id)
      return index < 0 ? 0 : first + index
    },
    version: versionOf,
    revision: (collection, id) => documentAt(collection, id).revision,
  }
  return {
    known,
    get keys() {
      return keys
    },
    add(append, drafts, numbers) {
      const begin = messages.length
      const streams = append.streams.map(({ streamId, messages: added }) => {
        let version = versionOf(streamId)
        for (const message of added) {
          const position = first + messages.length
          if (message.kind === "event") keys.push(versionKey(streamId, (version += 1)))
          else keys.push(commandKey(streamId, version, position))
          keys.push(idKey(message.id))
          ids.add(message.id)
          if (message.correlationId !== message.id) conversations.add(message.correlationId)
          const draft = drafts[messages.length - begin] ?? documentOf(message, 0, 0)
          messages.push({ ...draft, version, nth: messages.length })
        }
        versions.set(streamId, version)
        return { streamId, version }
      })
      append.schedules?.forEach(({ message, at }, index) => {
        keys.push(idKey(message.id))
        ids.add(message.id)
        made.push({ number: numbers[index] ?? 0, id: message.id, at, message: documentOf(message, 0, 0) })
      })
      for (const { collection, id, value } of append.documents ?? []) {
        const at = documentAt(collection, id)
        const revision = value === undefined ? 0 : at.revision + 1
        keys.push(documentKey(collection, id, at.write + 1))
        documents.push({
          collection,
          id,
          write: at.write + 1,
          revision,
          value: value === undefined ? null : JSON.stringify(value),
        })
      }
      const stored = messages.length > begin
      const of = stored
        ? { firstPosition: first + begin, position: first + messages.length - 1 }
        : { firstPosition: 0, position: 0 }
      if (append.idempotencyKey !== undefined) {
        keys.push(onceKey(append.idempotencyKey))
        uses.push({
          key: append.idempotencyKey,
          fingerprint: append.fingerprint ?? "",
          first: of.firstPosition,
          last: of.position,
          ...(stored ? {} : { at: first + begin - 1 }),
        })
      }
      return { kind: "appended", ...of, streams }
    },
    change(change) {
      const { number, moves } = change
      keys.push(scheduleKey(number, moves))
      if (change.kind === "move") moved.push({ number, moves: moves + 1, at: change.at })
      else if (change.kind === "cancel") ended.push({ number, id: change.id, how: "cancelled" })
      else {
        const { id, stream, kind } = change.message
        ended.push({ number, id, how: "fired" })
        const version = versionOf(stream) + (kind === "event" ? 1 : 0)
        keys.push(kind === "event" ? versionKey(stream, version) : commandKey(stream, version, first + messages.length))
        versions.set(stream, version)
        // Its id is a key of the commit that made the schedule.
        conversations.add(change.message.correlation ?? id)
        messages.push({ ...change.message, version, nth: messages.length })
      }
    },
    mark() {
      const then = { messages, keys, uses, documents, made, versions, ids, conversations }
      ;[messages, keys, uses, documents, made] = [[...messages], [...keys], [...uses], [...documents], [...made]]
      ;[versions, ids, conversations] = [new Map(versions), new Set(ids), new Set(conversations)]
      return () => {
        ;({ messages, keys, uses, documents, made, versions, ids, conversations } = then)
      }
    },
    commit({ at, by, settles }) {
      if (keys.length === 0) return undefined
      const todo: Todo = {
        ...(documents.length > 0 ? { documents } : {}),
        ...(made.length > 0 ? { made } : {}),
        ...(ended.length > 0 ? { ended } : {}),
        ...(moved.length > 0 ? { moved } : {}),
      }
      return {
        _id: messages.length > 0 ? first : by,
        at,
        by,
        keys,
        ...(messages.length > 0
          ? {
              n: messages.length,
              messages,
              types: [...new Set(messages.map(({ type }) => type))],
              ...(conversations.size > 0 ? { conversations: [...conversations] } : {}),
            }
          : { head: chain.head }),
        ...(uses.length > 0 ? { uses } : {}),
        ...(settles.length > 0 ? { settles } : {}),
        ...(made.length > 0 ? { scheduled: made.map(({ id, number }) => ({ id, number })) } : {}),
        ...(Object.keys(todo).length > 0 ? { open: 1, todo } : {}),
      }
    },
  }
}
