import type { MessageId, StreamId, Version } from "../message/ids.ts"
import type { ExpectedVersion } from "../stream/expected-version.ts"

/**
 * A stream was not at the version expected. Nothing was written.
 * @remedy Load the stream again and decide again; `execute` does that by itself.
 */
export class VersionConflict extends Error {
  override readonly name = "VersionConflict"
  readonly code = "version-conflict"
  readonly streamId: StreamId
  readonly expected: ExpectedVersion
  readonly actual: Version

  constructor(streamId: StreamId, expected: ExpectedVersion, actual: Version) {
    super(`${streamId} is at version ${actual}, expected ${expected}: reload and decide again`)
    this.streamId = streamId
    this.expected = expected
    this.actual = actual
  }
}

/** An append was refused for its content. Nothing was written, and repeating it will not help. */
export class AppendRefused extends Error {
  override readonly name = "AppendRefused"
  readonly code:
    /** Some messages of the write have ids that are stored already, others not. @remedy Make new messages, or repeat the very same write. */
    | "ids-partly-known"
    /** The idempotency key was used for other content. @remedy Use a key for one request only; repeat that request with the same content. */
    | "key-reused"
    /** The storage can not hold this content. @remedy Change what the message names: size, depth, characters, name lengths. */
    | "bad-data"
  readonly messageIds: readonly MessageId[]

  constructor(code: AppendRefused["code"], detail: string, messageIds: readonly MessageId[] = []) {
    super(detail)
    this.code = code
    this.messageIds = messageIds
  }
}

/**
 * A caller asked for an instant that has passed. Nothing was written.
 * @remedy Give an instant in the future, or dispatch the message now.
 */
export class ScheduleInPast extends Error {
  override readonly name = "ScheduleInPast"
  readonly code = "schedule-in-past"
  readonly at: Date

  constructor(at: Date, now: number) {
    super(
      `${at.toISOString()} has passed (it is ${new Date(now).toISOString()}): give an instant in the future, or dispatch the message now`,
    )
    this.at = at
  }
}

/**
 * A store call was made inside the work of a settle, which would wait for the settle it is part of.
 * @remedy Return the message from a reaction or handler, or make the call in `afterCommit`.
 */
export class CalledInsideSettle extends Error {
  override readonly name = "CalledInsideSettle"
  readonly code = "called-inside-settle"

  constructor(call: string) {
    super(
      `${call} was called inside a sync block, and would wait for the settle it is part of: return the message from a reaction or handler, or call ${call} in afterCommit`,
    )
  }
}

/**
 * More writes wait in this process than it was told to hold, or they hold more memory. Nothing of this one was written.
 * @remedy Await what you write (`await app.dispatch(…)`), or slow down and try again. `limits.waitingAppends` and `limits.waitingBytes` say how much may wait; with `whenFull: "refuse"`, `limits.queuedAppends` and `limits.queuedBytes`.
 */
export class Overloaded extends Error {
  override readonly name = "Overloaded"
  readonly code = "overloaded"
  /** How many writes wait. */
  readonly waiting: number
  /** About how many bytes of memory they hold. */
  readonly waitingBytes: number

  constructor(waiting: number, waitingBytes: number) {
    super(
      `${waiting} writes of about ${waitingBytes} bytes wait to be stored already: await what you write, or slow down and try again`,
    )
    this.waiting = waiting
    this.waitingBytes = waitingBytes
  }
}
