import type { MessageId, Position, StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"

/** The most messages one read returns, whatever its `limit` says. */
export const READ_LIMIT = 10_000

/**
 * What to read.
 * `log`: positions above `after` and up to `upto`, of the given types when named. Going backward, from `upto` (or the head) down.
 * `streams`: of each stream the events with versions above `after` and up to `upto`, stream by stream in the order asked.
 *   A command belongs to the version its stream had when it was stored (`after: 0`, the default, is before commands of version 0 too). `include` picks events, commands or both (both in log order).
 *   `afterPosition` continues a page in the middle: only messages of the *first* stream above (backward: below) that position.
 * `correlation`: a conversation, in log order. `ids`: the messages with these ids that exist, in log order.
 */
export type ReadQuery =
  | {
      readonly from: "log"
      readonly after?: Position
      readonly upto?: Position
      readonly types?: readonly string[]
      readonly limit: number
      readonly direction?: "forward" | "backward"
    }
  | {
      readonly from: "streams"
      readonly streams: readonly StreamRange[]
      readonly include?: "events" | "commands" | "all"
      readonly limit: number
      readonly direction?: "forward" | "backward"
      readonly afterPosition?: Position
    }
  | {
      readonly from: "correlation"
      readonly correlationId: MessageId
      readonly after?: Position
      readonly limit: number
    }
  | { readonly from: "ids"; readonly ids: readonly MessageId[] }

/** A stream and the versions wanted of it: above `after` (default 0) and up to `upto` (default: the last). */
export interface StreamRange {
  readonly streamId: StreamId
  readonly after?: Version
  readonly upto?: Version
}

/** An answer to a read: one consistent view of the log. */
export interface ReadPage {
  readonly messages: readonly StoredMessage[]
  /** Whether the limit cut the answer. */
  readonly more: boolean
  /** The highest position of the log at the moment of the read. Everything at or below it was visible to the read. */
  readonly head: Position
  /** The highest position that retention removed; 0 when nothing was. */
  readonly trimmedTo: Position
}
