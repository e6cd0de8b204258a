import type { AnyMessage, Logger, StoredMessage } from "@millrace/core"

/** Code of the user's that runs when something happens to the service. */
export interface HookTypes {
  /** Before the service begins to work: what throws keeps it from starting. */
  start: () => void | Promise<void>
  /** After the service has stopped working. What throws is logged. */
  stop: () => void | Promise<void>
  /** Before a fired event is stored: what throws keeps it from being stored, and fails the `fire`. */
  beforeSent: (message: AnyMessage) => void | Promise<void>
  /** After a fired event is stored. What throws is logged: the event is stored all the same. */
  afterSent: (message: AnyMessage) => void | Promise<void>
  /** Before a listener handles an event: what throws fails the listener. */
  beforeHandled: (message: StoredMessage<string, unknown>, listener: HandledBy) => void | Promise<void>
  /** After a listener has handled an event, before it is acknowledged: what throws fails the listener. */
  afterHandled: (message: StoredMessage<string, unknown>, listener: HandledBy) => void | Promise<void>
}

/** Which listener handles an event. */
export interface HandledBy {
  readonly listenerName: string
  readonly group: string
}

/** The hooks of a service, in the order they were given. */
export class Hooks {
  readonly #given: { readonly [Name in keyof HookTypes]: HookTypes[Name][] } = {
    start: [],
    stop: [],
    beforeSent: [],
    afterSent: [],
    beforeHandled: [],
    afterHandled: [],
  }
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  add<Name extends keyof HookTypes>(name: Name, hook: HookTypes[Name]): void {
    this.#given[name].push(hook)
  }

  async start(): Promise<void> {
    for (const hook of this.#given.start) await hook()
  }

  async stop(): Promise<void> {
    for (const hook of this.#given.stop) await this.#logged("onStop", hook)
  }

  async beforeSent(message: AnyMessage): Promise<void> {
    for (const hook of this.#given.beforeSent) await hook(message)
  }

  async afterSent(message: AnyMessage): Promise<void> {
    for (const hook of this.#given.afterSent) await this.#logged("afterSent", () => hook(message))
  }

  async beforeHandled(message: StoredMessage<string, unknown>, by: HandledBy): Promise<void> {
    for (const hook of this.#given.beforeHandled) await hook(message, by)
  }

  async afterHandled(message: StoredMessage<string, unknown>, by: HandledBy): Promise<void> {
    for (const hook of this.#given.afterHandled) await hook(message, by)
  }

  async #logged(name: string, hook: () => void | Promise<void>): Promise<void> {
    try {
      await hook()
    } catch (error) {
      this.#logger.error({ err: error, hook: name }, "a hook failed")
    }
  }
}
