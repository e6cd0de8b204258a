import type { AnyMessage } from "../compare-messages.ts"

/** A message definition: builds messages of one type. `Payload` is what its constructor takes after the stream. */
export interface Definition<Payload extends readonly unknown[]> {
  readonly type: string
  (streamId: string, ...payload: Payload): AnyMessage
}

/** A step of a case: some messages, a list of them, or a definition with the payload of one message on the case's own stream. */
export interface Step<Next> {
  <Payload extends readonly unknown[]>(definition: Definition<Payload>, ...payload: Payload): Next
  (messages: readonly AnyMessage[]): Next
  (...messages: readonly AnyMessage[]): Next
}

/** The messages that a step's arguments name. */
export function messagesOf(step: readonly unknown[], streamId: string): readonly AnyMessage[] {
  const [first, ...rest] = step
  if (isDefinition(first)) return [first(streamId, ...rest)]
  const messages: readonly unknown[] = Array.isArray(first) ? first : step
  return messages.map((message) => {
    if (isMessage(message)) return message
    throw new TypeError(
      "a step takes messages, a list of messages, or a definition and its payload: this is none of them",
    )
  })
}

/** Whether an argument is a block that looks for itself: a function that is no definition. */
export function isBlock(value: unknown): value is (...given: readonly unknown[]) => unknown {
  return typeof value === "function" && !isDefinition(value)
}

function isDefinition(value: unknown): value is Definition<readonly unknown[]> {
  return typeof value === "function" && "type" in value && typeof value.type === "string"
}

function isMessage(value: unknown): value is AnyMessage {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    "type" in value &&
    "streamId" in value &&
    "payload" in value
  )
}
