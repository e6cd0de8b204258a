import type { AnyCommand } from "../message/definition.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Dispatched } from "./dispatch.ts"
import type { Logger } from "./logger.ts"

/** A reaction as it is run. */
export type React = (state: unknown, message: StoredMessage<string, unknown>, context: ReactFacilities) => unknown

/** What a reaction is run with. */
export interface ReactFacilities {
  readonly dispatch: (command: AnyCommand | string, payload?: unknown) => Dispatched
  readonly replaying: boolean
  readonly attempt: number
  readonly logger: Logger
  readonly signal: AbortSignal
}
