import type { Append, Instant, MessageId, Position, StreamId, Verdict, Version } from "@millrace/core/backend"

import type { KeyUse, MessageDocument } from "./commit-document.ts"

/** What is to be written together: one append, or the parts of a settle. */
export interface Entry {
  readonly appends: readonly (Append | undefined)[]
  /** For each append the documents of its messages. */
  readonly drafts: readonly (readonly MessageDocument[])[]
  /** Whether one part that can not be stored keeps all of them back. */
  readonly together: boolean
  /** Keys of the leases that end with it: each ends once. */
  readonly leases: readonly string[]
  /** The text to keep in the commit, once the verdicts are known. */
  readonly record?: (verdicts: readonly (Verdict | undefined)[]) => string
  /** The numbers of the schedules it makes, in order. */
  readonly numbers: readonly number[]
  /** Schedules that it ends or moves, each of which somebody else may have ended or moved before. */
  readonly changes: readonly ScheduleChange[]
}

/** What becomes of a waiting schedule. `moves`: how often it was moved before. */
export type ScheduleChange = { readonly number: number; readonly moves: number } & (
  | { readonly kind: "fire"; readonly message: MessageDocument }
  | { readonly kind: "cancel"; readonly id: string }
  | { readonly kind: "move"; readonly at: Instant }
)

/** What was looked up about the entries at hand. */
export interface Facts {
  readonly ids: Map<MessageId, Position>
  readonly uses: Map<string, KeyUse>
  /** Keys of leases and schedules that have ended. */
  readonly ended: Set<string>
  /** The entries whose ids and keys were looked up: of the others only the write itself shows whether they are new. */
  readonly lookedUp: Set<Entry>
  readonly versions: Map<StreamId, Version>
  /** By `documentKey` without its write: see `placeOf`. */
  readonly documents: Map<string, { readonly write: number; readonly revision: number }>
}

export function noFacts(): Facts {
  return {
    ids: new Map(),
    uses: new Map(),
    ended: new Set(),
    lookedUp: new Set(),
    versions: new Map(),
    documents: new Map(),
  }
}

/** Names a keyed document. */
export function placeOf(collection: string, id: string): string {
  return JSON.stringify([collection, id])
}
