import type { StoredMessage } from "../message/message.ts"
import type { Logger } from "./logger.ts"
import type { Access, Delivery } from "./registration.ts"

/** What a handler or a low-level reactor gets beside a message. Its signal is made when it is read. */
export class MessageContext {
  readonly history: readonly StoredMessage[]
  readonly replaying: boolean
  readonly attempt: number
  readonly logger: Logger
  readonly #access: Access

  constructor(history: readonly StoredMessage[], { replaying, attempt }: Delivery, access: Access) {
    this.history = history
    this.replaying = replaying
    this.attempt = attempt
    this.logger = access.logger
    this.#access = access
  }

  get signal(): AbortSignal {
    return this.#access.signal
  }
}
