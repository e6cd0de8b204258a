import { encodeMessage, type KeyedDocument, type StoredMessage } from "@millrace/core"

import type { AnyMessage } from "../compare-messages.ts"

/** The little log of one case: what reactors may read while it runs. */
export interface CaseLog {
  /** Stores a message as a backend would: encoded, at the next position, events at their stream's next version. */
  store(message: AnyMessage): StoredMessage
  history(
    streamId: string,
    range?: { readonly after?: number; readonly upto?: number; readonly include?: "events" | "all" },
  ): readonly StoredMessage[]
  document(collection: string, id: string): KeyedDocument | undefined
  put(document: {
    readonly collection: string
    readonly id: string
    readonly value: KeyedDocument["value"] | undefined
  }): void
}

export function createCaseLog(): CaseLog {
  const stored: StoredMessage[] = []
  const versions = new Map<string, number>()
  /** The version that a message's stream had once it was stored. */
  const versionAt = new Map<StoredMessage, number>()
  const documents = new Map<string, KeyedDocument>()
  const keyOf = (collection: string, id: string): string => JSON.stringify([collection, id])

  return {
    store(message) {
      const encoded = encodeMessage(message)
      const before = versions.get(encoded.streamId) ?? 0
      const version = encoded.kind === "event" ? before + 1 : before
      const position = stored.length + 1
      const one: StoredMessage = {
        ...encoded,
        position,
        recordedAt: encoded.createdAt,
        ...(encoded.kind === "event" ? { version } : {}),
      }
      versions.set(encoded.streamId, version)
      versionAt.set(one, version)
      stored.push(one)
      return one
    },
    history: (streamId, { after = 0, upto = Number.MAX_SAFE_INTEGER, include = "events" } = {}) =>
      stored.filter((message) => {
        if (message.streamId !== streamId) return false
        if (message.kind !== "event" && include === "events") return false
        const version = versionAt.get(message) ?? 0
        // A command that came before the first event belongs to version 0.
        return version <= upto && (version > after || after === 0)
      }),
    document: (collection, id) => documents.get(keyOf(collection, id)),
    put({ collection, id, value }) {
      const key = keyOf(collection, id)
      const revision = (documents.get(key)?.revision ?? 0) + 1
      if (value === undefined) documents.delete(key)
      else documents.set(key, { collection, id, revision, value })
    },
  }
}
