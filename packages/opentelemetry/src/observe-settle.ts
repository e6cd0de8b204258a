import type { Failure, Settled, Settling } from "@millrace/core"
import { type Attributes, context, type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api"

import { errorType } from "./error-type.ts"
import { failSpan } from "./fail-span.ts"
import { type Handled, HandlingSpans } from "./handling-spans.ts"
import { attribute, failureEvent, NOT_STORED, SYSTEM } from "./names.ts"
import { startAfter } from "./start-span.ts"
import { secondsSince, type Telemetry } from "./telemetry.ts"

const OPERATION = "settle"
/** A lease that passed to somebody else: nothing was stored. */
const FENCED = "fenced"

/** A settle as a span that goes on with those of the handling it stores; it tells what was decided about messages that failed. */
export async function observeSettle(
  { tracer, instruments }: Telemetry,
  { group, settlement, handled }: Settling,
  settle: () => Promise<Settled>,
): Promise<Settled> {
  const began = performance.now()
  const taken: readonly Handled[] = handled.map((one) => (one instanceof HandlingSpans ? one.take() : NOTHING))
  const count = taken.reduce((sum, { messages }) => sum + messages, 0)
  const figures = { [attribute.system]: SYSTEM, [attribute.operation]: OPERATION, [attribute.group]: group }
  const attributes: Attributes = {
    ...figures,
    [attribute.operationType]: "settle",
    [attribute.count]: count,
    [attribute.partition]: String(settlement.lease.partition),
  }
  const beginning = { name: `${OPERATION} ${group}`, kind: SpanKind.CLIENT, attributes }
  const { span, context: inside } = startAfter(
    tracer,
    beginning,
    taken.flatMap(({ spans }) => spans),
  )
  for (const { failures } of taken) for (const failure of failures) noteFailure(span, failure)
  let failed = {}
  try {
    const settled = await context.with(inside, settle)
    failed = noteAnswer(span, settled)
    if (count > 0) instruments.batchSize.record(count, figures)
    return settled
  } catch (error) {
    failSpan(span, error)
    failed = { [attribute.errorType]: errorType(error) }
    throw error
  } finally {
    instruments.operationDuration.record(secondsSince(began), { ...figures, ...failed })
    span.end()
  }
}

const NOTHING: Handled = { spans: [], messages: 0, failures: [] }

function noteFailure(span: Span, { delivery, error, decision }: Failure): void {
  const { message, attempt } = delivery
  span.addEvent(failureEvent[decision], {
    [attribute.messageId]: message.id,
    [attribute.messageType]: message.type,
    [attribute.stream]: message.streamId,
    [attribute.position]: message.position,
    [attribute.attempt]: attempt,
    [attribute.exceptionType]: errorType(error),
    [attribute.exceptionMessage]: error instanceof Error ? error.message : String(error),
  })
}

/** Notes what was not stored; answers what the settle's duration is counted under. */
function noteAnswer(span: Span, settled: Settled): Attributes {
  if (settled.kind === "fenced") {
    span.setStatus({ code: SpanStatusCode.ERROR, message: "the lease had passed to somebody else" })
    span.setAttribute(attribute.errorType, FENCED)
    return { [attribute.errorType]: FENCED }
  }
  for (const { kind } of settled.parts) if (kind !== "stored") span.addEvent(NOT_STORED, { [attribute.verdict]: kind })
  return {}
}
