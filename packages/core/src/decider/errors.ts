import type { Version } from "../message/ids.ts"

/**
 * An actor was asked to decide a command that it does not know.
 * @remedy Add `.command(…)` for it, or send it to the actor that decides it.
 */
export class UnhandledCommand extends Error {
  override readonly name = "UnhandledCommand"
  readonly code = "unhandled-command"
  readonly type: string

  constructor(type: string, who: string) {
    super(`${who} does not decide ${type}: add .command(…) for it, or send it to the actor that does`)
    this.type = type
  }
}

/**
 * A message of one stream was given to an instance of another.
 * @remedy Load that stream, or aim the message with `.to(…)`.
 */
export class ForeignStream extends Error {
  override readonly name = "ForeignStream"
  readonly code = "foreign-stream"

  constructor(type: string, streamId: string, own: string) {
    super(`${type} is for ${streamId}, and this is ${own}: load that stream, or aim the message with .to("${own}")`)
  }
}

/**
 * An event does not follow the version an instance has reached: it was applied before, or some are missing.
 * @remedy Apply events once and in order; load those in between first.
 */
export class StaleVersion extends Error {
  override readonly name = "StaleVersion"
  readonly code = "stale-version"
  readonly expected: Version
  readonly actual: Version

  constructor(streamId: string, expected: Version, actual: Version) {
    super(
      `${streamId} is at version ${expected - 1}, so an event of version ${actual} can not follow: ` +
        (actual < expected ? "it was applied already" : "load the events in between first"),
    )
    this.expected = expected
    this.actual = actual
  }
}

/**
 * A message was delivered to a reactor that has nothing to handle it with.
 * @remedy Define the type, or let another reactor want it.
 */
export class UnknownMessageType extends Error {
  override readonly name = "UnknownMessageType"
  readonly code = "unknown-message-type"
  readonly type: string

  constructor(type: string, who: string) {
    super(
      `${who} got a message of type ${type}, for which it has no definition: define it, or let another reactor want it`,
    )
    this.type = type
  }
}
