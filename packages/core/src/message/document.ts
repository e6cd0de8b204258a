import type { Json } from "./json.ts"

/** A small keyed document of Millrace's own: a snapshot, a projection's state, an API schema, an audit entry, a tick. */
export interface KeyedDocument {
  readonly collection: string
  readonly id: string
  /** Rises by one with each put, from 1. 0 stands for "absent". A document put again after its deletion starts at 1. */
  readonly revision: number
  readonly value: Json
}

/** Puts (or with `value: undefined` deletes) a document. `expectedRevision` is the revision it must have before (0 = absent), or `any`. */
export interface DocumentPut {
  readonly collection: string
  readonly id: string
  readonly expectedRevision: number | "any"
  readonly value: Json | undefined
}
