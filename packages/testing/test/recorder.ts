import type { Reactor, ReactorContext, ReactorMessage, ReactorResult } from "@millrace/core"

/** A reactor that remembers what it was given. */
export interface Recorder extends Reactor {
  readonly seen: ReactorMessage[]
  /** What it saw, as `stream:version`, or `stream:type` for commands. */
  readonly log: () => readonly string[]
}

/** What a recorder does with a message besides remembering it. */
export type Handle = (message: ReactorMessage, context: ReactorContext) => ReactorResult | Promise<ReactorResult>

/** A low-level reactor of these types that remembers each message before it hands it to `handle`. */
export function recorder(
  name: string,
  types: Reactor["handledMessages"],
  options: Omit<Reactor, "name" | "handledMessages" | "handle"> & { readonly handle?: Handle } = {},
): Recorder {
  const seen: ReactorMessage[] = []
  return {
    ...options,
    name,
    handledMessages: types,
    seen,
    log: () => seen.map((message) => `${message.streamId}:${message.version ?? message.type}`),
    handle(message, context) {
      seen.push(message)
      return options.handle?.(message, context)
    },
  }
}
