import { categoryOf, type Delivery, type Failure, type HandlingObserver, type JsonObject } from "@millrace/core"
import { type Attributes, type Context, context, type SpanContext, SpanKind, trace } from "@opentelemetry/api"

import { errorType } from "./error-type.ts"
import { failSpan } from "./fail-span.ts"
import { attribute, SYSTEM } from "./names.ts"
import { type Started, startAfter } from "./start-span.ts"
import { secondsSince, type Telemetry } from "./telemetry.ts"
import { carrierOf, spanContextOf } from "./trace-context.ts"

const OPERATION = "handle"

/** What was handled since the last settle. */
export interface Handled {
  readonly spans: readonly SpanContext[]
  readonly messages: number
  readonly failures: readonly Failure[]
}

/** The calls of a reactor's code for one stream: a span each, which goes on with those that the messages carry. */
export class HandlingSpans implements HandlingObserver {
  readonly #telemetry: Telemetry
  readonly #figures: Attributes
  readonly #group: string
  readonly #contexts = new Map<string, Context>()
  #spans: SpanContext[] = []
  #messages = 0
  #failures: Failure[] = []

  constructor(telemetry: Telemetry, group: string) {
    this.#telemetry = telemetry
    this.#group = group
    this.#figures = { [attribute.system]: SYSTEM, [attribute.operation]: OPERATION, [attribute.group]: group }
  }

  async handle<T>(deliveries: readonly Delivery[], call: () => Promise<T>): Promise<T> {
    const { instruments } = this.#telemetry
    const began = performance.now()
    const started = this.#start(deliveries)
    let failed = {}
    try {
      return await context.with(started.context, call)
    } catch (error) {
      failSpan(started.span, error)
      failed = { [attribute.errorType]: errorType(error) }
      throw error
    } finally {
      instruments.processDuration.record(secondsSince(began), { ...this.#figures, ...failed })
      instruments.consumed.add(deliveries.length, { ...this.#figures, ...failed })
      started.span.end()
    }
  }

  within<T>(delivery: Delivery, call: () => T): T {
    return context.with(this.#contexts.get(delivery.message.id) ?? context.active(), call)
  }

  produced({ message }: Delivery): JsonObject {
    const own = this.#contexts.get(message.id)
    return carrierOf(own === undefined ? undefined : trace.getSpanContext(own), message.metadata)
  }

  failed(failure: Failure): void {
    this.#failures.push(failure)
    this.#telemetry.instruments.failures.add(1, {
      ...this.#figures,
      [attribute.decision]: failure.decision,
      [attribute.errorType]: errorType(failure.error),
    })
  }

  /** What was handled since the last settle; from now on the next one counts. */
  take(): Handled {
    const handled = { spans: this.#spans, messages: this.#messages, failures: this.#failures }
    this.#spans = []
    this.#messages = 0
    this.#failures = []
    return handled
  }

  #start(deliveries: readonly Delivery[]): Started {
    const before = deliveries.map(({ message }) => spanContextOf(message.metadata)).filter((span) => span !== undefined)
    const attributes = { ...this.#figures, [attribute.operationType]: "process", ...attributesOf(deliveries) }
    const beginning = { name: `${OPERATION} ${this.#group}`, kind: SpanKind.CONSUMER, attributes }
    const started = startAfter(this.#telemetry.tracer, beginning, before)
    this.#spans.push(started.span.spanContext())
    this.#messages += deliveries.length
    for (const { message } of deliveries) this.#contexts.set(message.id, started.context)
    return started
  }
}

function attributesOf(deliveries: readonly Delivery[]): Attributes {
  const [first] = deliveries
  if (first === undefined) return {}
  const { message, attempt, replaying } = first
  const attributes: Attributes = {
    [attribute.attempt]: attempt,
    [attribute.replaying]: replaying,
    [attribute.messageType]: message.type,
  }
  if (deliveries.every((one) => one.message.streamId === message.streamId)) {
    attributes[attribute.stream] = message.streamId
    attributes[attribute.category] = categoryOf(message.streamId)
  }
  if (deliveries.length > 1) return { ...attributes, [attribute.count]: deliveries.length }
  attributes[attribute.messageId] = message.id
  attributes[attribute.conversation] = message.correlationId
  attributes[attribute.position] = message.position
  return attributes
}
