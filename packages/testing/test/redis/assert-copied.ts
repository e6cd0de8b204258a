import { deepEqual, equal } from "node:assert/strict"

import type { Backend, MessageId, StoredMessage } from "@millrace/core"

import { Copied, Noted } from "./noted.ts"

const PAGE = 10_000

/** The whole log. */
export async function readAll(backend: Backend<never>): Promise<readonly StoredMessage[]> {
  const all: StoredMessage[] = []
  for (;;) {
    const { messages, more } = await backend.read({ from: "log", after: all.at(-1)?.position ?? 0, limit: PAGE })
    all.push(...messages)
    if (!more) return all
  }
}

/**
 * Holds a log to what was promised: every acknowledged note is there once, each note has exactly one copy, copies are in the order of their
 * notes stream by stream, versions have no gap, positions rise.
 */
export async function assertCopied(backend: Backend<never>, acknowledged: readonly MessageId[]): Promise<void> {
  const all = await readAll(backend)
  const notes = all.filter(({ type }) => type === Noted.type)
  const copies = all.filter(({ type }) => type === Copied.type)
  const stored = new Set(notes.map(({ id }) => id))
  equal(stored.size, notes.length, "a note is stored twice")
  deepEqual(
    acknowledged.filter((id) => !stored.has(id)),
    [],
    "acknowledged notes are lost",
  )
  const positions = all.map(({ position }) => position)
  deepEqual(
    positions.filter((position, at) => position <= (positions[at - 1] ?? 0)),
    [],
    "positions fall",
  )
  for (const [streamId, messages] of Map.groupBy(all, (message) => message.streamId)) {
    deepEqual(
      messages.map(({ version }) => version),
      messages.map((_, at) => at + 1),
      `versions of ${streamId} have gaps`,
    )
  }
  const copiesOf = Map.groupBy(copies, ({ streamId }) => streamId)
  for (const [streamId, ofStream] of Map.groupBy(notes, (note) => note.streamId)) {
    deepEqual(
      copiesOf.get(`copy-of-${streamId}`)?.map(({ causationId }) => causationId),
      ofStream.map(({ id }) => id),
      `copies of ${streamId} are not its notes in their order`,
    )
  }
}
