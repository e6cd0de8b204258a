import { type Append, categoryOf, type JsonObject, type Message, type Writing } from "@millrace/core"
import { type Attributes, context, SpanKind, trace, type Tracer } from "@opentelemetry/api"

import { failSpan } from "./fail-span.ts"
import { attribute, SYSTEM } from "./names.ts"
import { carrierOf } from "./trace-context.ts"

/** A caller's write as a span of the caller's trace. What it stores carries the span. */
export async function observeWrite<T>(
  tracer: Tracer,
  { call, append }: Writing,
  write: (metadata: JsonObject) => Promise<T>,
): Promise<T> {
  const attributes = attributesOf(call, append)
  const category = attributes[attribute.category]
  const name = typeof category === "string" ? `${call} ${category}` : call
  const active = context.active()
  const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER, attributes }, active)
  try {
    return await context.with(trace.setSpan(active, span), () => write(carrierOf(span.spanContext())))
  } catch (error) {
    failSpan(span, error)
    throw error
  } finally {
    span.end()
  }
}

function attributesOf(call: string, append: Append): Attributes {
  const attributes: Attributes = {
    [attribute.system]: SYSTEM,
    [attribute.operation]: call,
    [attribute.operationType]: "create",
  }
  const messages = messagesOf(append)
  const streams = new Set([...append.streams.map(({ streamId }) => streamId), ...messages.map((one) => one.streamId)])
  const [stream] = streams
  const categories = new Set([...streams].map(categoryOf))
  const [category] = categories
  if (categories.size === 1 && category !== undefined) attributes[attribute.category] = category
  if (streams.size === 1 && stream !== undefined) attributes[attribute.stream] = stream
  const [first] = messages
  if (first === undefined) return attributes
  attributes[attribute.messageType] = first.type
  if (messages.length === 1) attributes[attribute.messageId] = first.id
  else attributes[attribute.count] = messages.length
  if (messages.every(({ correlationId }) => correlationId === first.correlationId))
    attributes[attribute.conversation] = first.correlationId
  return attributes
}

function messagesOf({ streams, schedules = [] }: Append): readonly Message[] {
  return [...streams.flatMap(({ messages }) => messages), ...schedules.map(({ message }) => message)]
}
