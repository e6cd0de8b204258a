import type { Reactor, ReactorContext, ReactorMessage, ReactorResult } from "@millrace/core"

/** A reactor that remembers what it was given. */
export interface Recorder extends Reactor {
  readonly seen: ReactorMessage[]
  /** What it saw, as `stream:version`, or `stream:type` for commands. */
  readonly log: () => readonly string[]
  /** Resolves once it has seen so many. */
  readonly reached: (count: number) => Promise<void>
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
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  return {
    ...options,
    name,
    handledMessages: types,
    seen,
    log: () => seen.map((message) => `${message.streamId}:${message.version ?? message.type}`),
    reached: (count) =>
      new Promise((resolve) => {
        if (seen.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    handle(message, context) {
      seen.push(message)
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve()
      return options.handle?.(message, context)
    },
  }
}
