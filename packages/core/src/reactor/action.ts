import type { DocumentPut } from "../message/document.ts"
import type { Instant, StreamId, Version } from "../message/ids.ts"
import type { Message } from "../message/message.ts"

/** Any message a reactor may produce: the runtime encodes its payload. */
export type AnyMessage = Message<string, unknown>

/**
 * What a reactor wants done after one message. Everything it asks for is stored with the group's progress, in one write.
 * Produced messages are correlated with their cause by the runtime, which also gives them their ids.
 */
export type Action =
  /** Nothing but progress. */
  | { readonly kind: "ok" }
  /** Appends each message to its own stream, expecting nothing. */
  | { readonly kind: "append-next"; readonly messages: readonly AnyMessage[] }
  /** Appends to a stream that must still be at `expectedVersion` (the version the handler saw); a conflict handles the message again. */
  | {
      readonly kind: "append-after"
      readonly streamId: StreamId
      readonly messages: readonly AnyMessage[]
      readonly expectedVersion: Version
    }
  /** Appends each message to its own stream at an instant; an instant in the past means now. */
  | { readonly kind: "schedule"; readonly messages: readonly AnyMessage[]; readonly at: Instant }
  /** Runs user's work inside the settle's transaction (`tx` is the storage's own handle), or before the settle where the reactor asked for no `tx`. */
  | { readonly kind: "sync"; readonly work: SyncWork }
  /** Puts a document of Millrace's own. */
  | { readonly kind: "put"; readonly put: DocumentPut }
  /** Runs after the settle is stored: for the outside world. At most once; a failure is logged. */
  | { readonly kind: "after-commit"; readonly run: () => void | Promise<void> }
  /** Handle this message again, after the delay that the error strategy says; nothing of it is stored. */
  | { readonly kind: "retry" }

/** User's work. `needsTx`: it must run inside the settle with the storage's handle; otherwise it gets no handle and runs before it, at least once. */
export interface SyncWork {
  readonly needsTx: boolean
  run(context: { readonly tx: unknown; readonly idempotencyKey: string }): void | Promise<void>
}
