import type { Instant, MessageId } from "./ids.ts"

/** Where constructors and the runtime get instants and ids from. Core reads no clock and no randomness but through it. */
export interface MessageSource {
  now(): Instant
  /** A UUID version 7. */
  newId(): MessageId
}

let current: MessageSource | undefined

/** The source in use. Throws while none was given (importing `@millrace/core` gives the system's). */
export function messageSource(): MessageSource {
  if (current === undefined) throw new Error("no message source: import @millrace/core, or call useMessageSource first")
  return current
}

/** Replaces the source and answers the one before, so that a test can put it back. */
export function useMessageSource(source: MessageSource): MessageSource | undefined {
  const before = current
  current = source
  return before
}
