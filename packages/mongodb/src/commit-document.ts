import type { Instant, Message, Position, Version } from "@millrace/core/backend"

/**
 * One commit: a group of appends, or of settles. `_id` is the position of its first message, so the index on `_id` makes a chain of commits: the next one's
 * place is known, and two writers can not both take it. A commit without messages has a text as `_id` and stands outside the chain.
 */
export interface CommitDocument {
  readonly _id: number | string
  /** How many positions it takes. */
  readonly n?: number
  /** Without messages: the head of its moment. */
  readonly head?: Position
  /** When, by the storage's clock. It never falls along the chain. */
  readonly at: Instant
  /** Names this one attempt to write, so that an unknown outcome can be looked up. */
  readonly by: string
  /** The message at `_id` + index. `null` where it was trimmed. */
  readonly messages?: readonly (MessageDocument | null)[]
  /** See `keys.ts`. */
  readonly keys: readonly string[]
  /** The types of its messages, each once. */
  readonly types?: readonly string[]
  /** The conversations that its messages belong to, each once; but for what a message begins, which its id in `keys` leads to: most are alone in theirs. */
  readonly conversations?: readonly string[]
  /** The idempotency keys that came with it. */
  readonly uses?: readonly KeyUse[]
  /** The settles in it, each as the text of a `SettleRecord`. */
  readonly settles?: readonly string[]
  /** Schedules made in it, so that the ids of those still waiting are known. */
  readonly scheduled?: readonly { readonly id: string; readonly number: number }[]
  /** 1 while what it says is not yet carried over to the other collections: `todo` says what. */
  readonly open?: 1
  readonly todo?: Todo
  /** Of the one document that tells of what is no message: counters that rise, and the end of what retention removed. */
  readonly pulse?: {
    readonly work?: number
    readonly schedule?: number
    readonly trimmedTo?: Position
    /** The number of the last trim of a category: whoever has read parts of the log before reads them again. */
    readonly thinned?: number
    readonly challenges?: readonly { readonly name: string; readonly by: string }[]
  }
  /** When a commit without messages may be forgotten. */
  readonly until?: Date
}

/** A message as its commit holds it. Left out: what equals the message's id (`causation`, `correlation`) or is empty. */
export interface MessageDocument {
  readonly id: string
  /** Its place in its commit, from 0: what is left when the server picks messages out. */
  readonly nth: number
  readonly kind: "event" | "command"
  readonly type: string
  readonly stream: string
  /** Events: their version. Commands: the version that the stream had. */
  readonly version: Version
  /** As JSON text: so it comes back exactly as it went in. */
  readonly payload: string
  readonly metadata?: string
  readonly causation?: string
  readonly correlation?: string
  readonly created: string
  readonly decided?: true
}

/** What an idempotency key stands for: an append's content, and where it is. */
export interface KeyUse {
  readonly key: string
  readonly fingerprint: string
  readonly first: Position
  readonly last: Position
  /** Without messages: the head of its moment, where its key goes. Commits of earlier releases lack it. */
  readonly at?: Position
}

/** What a commit changes beside the log, to be carried over in this order. Each step may be done twice, and by anyone. */
export interface Todo {
  readonly documents?: readonly DocumentWrite[]
  readonly made?: readonly MadeSchedule[]
  /** Schedules whose messages are in this commit, or that were cancelled by it. */
  readonly ended?: readonly EndedSchedule[]
  readonly moved?: readonly MovedSchedule[]
}

/** A keyed document to be stored, as its `write`th write. */
export interface DocumentWrite {
  readonly collection: string
  readonly id: string
  readonly write: number
  /** 0: it is removed. */
  readonly revision: number
  readonly value: string | null
}

export interface MadeSchedule {
  readonly number: number
  readonly id: string
  readonly at: Instant
  readonly message: MessageDocument
}

export interface EndedSchedule {
  readonly number: number
  readonly id: string
  readonly how: "fired" | "cancelled"
}

export interface MovedSchedule {
  readonly number: number
  readonly moves: number
  readonly at: Instant
}

/** A message as a document. */
export function documentOf(message: Message, version: Version, nth: number): MessageDocument {
  const metadata = JSON.stringify(message.metadata)
  return {
    id: message.id,
    nth,
    kind: message.kind,
    type: message.type,
    stream: message.streamId,
    version,
    payload: JSON.stringify(message.payload),
    ...(metadata === "{}" ? {} : { metadata }),
    ...(message.causationId === message.id ? {} : { causation: message.causationId }),
    ...(message.correlationId === message.id ? {} : { correlation: message.correlationId }),
    created: message.createdAt,
    ...(message.decided === true ? { decided: true } : {}),
  }
}
