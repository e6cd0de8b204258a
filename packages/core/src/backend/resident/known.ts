import type { MessageId } from "../../message/ids.ts"
import type { Append } from "../append.ts"
import type { Known } from "../rules/judge-append.ts"
import type { LogState } from "./log-state.ts"

/** What the log knows that bears on an append. */
export function knownOf(log: LogState): Known {
  return {
    key: (key) => log.keys.get(key),
    position: (id) => log.byId.get(id) ?? (log.scheduled.has(id) ? 0 : undefined),
    version: (streamId) => log.streams.get(streamId)?.version ?? 0,
    revision: (collection, id) => log.documents.get(collection)?.get(id)?.revision ?? 0,
  }
}

/** What the log will know once some appends, judged but not stored yet, are in it. */
export interface Staged extends Known {
  add(append: Append): void
}

/** Stages the appends of a settle, so that later parts see earlier ones while readers see none of them. */
export function stagedOn(known: Known): Staged {
  const keys = new Map<string, NonNullable<ReturnType<Known["key"]>>>()
  const ids = new Set<MessageId>()
  const versions = new Map<string, number>()
  const revisions = new Map<string, number>()
  const placeOf = (collection: string, id: string): string => JSON.stringify([collection, id])
  const revision: Known["revision"] = (collection, id) =>
    revisions.get(placeOf(collection, id)) ?? known.revision(collection, id)
  const version: Known["version"] = (streamId) => versions.get(streamId) ?? known.version(streamId)
  return {
    key: (key) => keys.get(key) ?? known.key(key),
    position: (id) => (ids.has(id) ? 0 : known.position(id)),
    version,
    revision,
    add({ streams, schedules, documents, idempotencyKey, fingerprint }) {
      for (const { streamId, messages } of streams) {
        for (const { id } of messages) ids.add(id)
        versions.set(streamId, version(streamId) + messages.filter(({ kind }) => kind === "event").length)
      }
      for (const { message } of schedules ?? []) ids.add(message.id)
      for (const { collection, id, value } of documents ?? [])
        revisions.set(placeOf(collection, id), value === undefined ? 0 : revision(collection, id) + 1)
      if (idempotencyKey !== undefined)
        keys.set(idempotencyKey, { fingerprint: fingerprint ?? "", of: { firstPosition: 0, position: 0 } })
    },
  }
}
