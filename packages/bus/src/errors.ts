import type { FieldError } from "@millrace/core"

/**
 * Two listeners of one service listen to one API under one name: each would get only some of the events.
 * @remedy Give one of them another name, or let one handler do both.
 */
export class DuplicateListenerName extends Error {
  override readonly name = "DuplicateListenerName"
  readonly code = "duplicate-listener-name"
  readonly listenerName: string

  constructor(service: string, listenerName: string, api: string) {
    super(
      `service ${service} has a listener named ${listenerName} on ${api} already: give this one another name, or let one handler do both`,
    )
    this.listenerName = listenerName
  }
}

/**
 * A service fires an event of an API that it only uses.
 * @remedy Fire it from the service that owns the API, or give the API in `apis` where it is owned.
 */
export class NotOwner extends Error {
  override readonly name = "NotOwner"
  readonly code = "not-owner"

  constructor(service: string, type: string, api: string) {
    super(
      `service ${service} can not fire ${type}: it uses ${api} but does not own it. Give the API in \`apis\` where it is owned`,
    )
  }
}

/**
 * An event arrived that does not fit its definition here, and incoming events are validated.
 * @remedy Bring both sides to one definition; the error says which field. The event waits as the listener’s `onError` says.
 */
export class InvalidEvent extends Error {
  override readonly name = "InvalidEvent"
  readonly code = "invalid-event"
  readonly type: string
  readonly errors: readonly FieldError[]

  constructor(type: string, messageId: string, errors: readonly FieldError[]) {
    const what = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")
    super(`event ${messageId} of type ${type} does not fit its definition: ${what}`)
    this.type = type
    this.errors = errors
  }
}

/**
 * A listener (or a task) failed, and its policy is to shut the service down. The event stays pending.
 * @remedy Mend what its cause says and start the service again: the event is handled then. Choose another `onError` if it should go on without.
 */
export class ListenerFailed extends Error {
  override readonly name = "ListenerFailed"
  readonly code = "listener-failed"

  constructor(what: string, cause: unknown) {
    super(`${what} failed, and the service shuts down: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/**
 * An event was fired by a handler that has returned: its acknowledgement could no longer carry it.
 * @remedy Await what fires before the handler returns.
 */
export class FiredTooLate extends Error {
  override readonly name = "FiredTooLate"
  readonly code = "fired-too-late"

  constructor(type: string, group: string) {
    super(
      `${type} was fired after its handler in ${group} had returned: await what fires, so that it is stored with the acknowledgement`,
    )
  }
}
