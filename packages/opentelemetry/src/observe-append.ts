import type { Append, Verdict } from "@millrace/core"
import { context, type SpanContext, SpanKind } from "@opentelemetry/api"

import { errorType } from "./error-type.ts"
import { failSpan } from "./fail-span.ts"
import { attribute, NOT_STORED, SYSTEM } from "./names.ts"
import { startAfter } from "./start-span.ts"
import { secondsSince, type Telemetry } from "./telemetry.ts"
import { spanContextOf } from "./trace-context.ts"

const OPERATION = "append"
const FIGURES = { [attribute.system]: SYSTEM, [attribute.operation]: OPERATION }

/** One call of the storage for the appends of several callers: a span that goes on with theirs. */
export async function observeAppend(
  { tracer, instruments }: Telemetry,
  appends: readonly Append[],
  store: () => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  const began = performance.now()
  const counts = appends.map(countOf)
  const count = counts.reduce((sum, one) => sum + one, 0)
  const attributes = { ...FIGURES, [attribute.operationType]: "send", [attribute.count]: count }
  const started = startAfter(tracer, { name: OPERATION, kind: SpanKind.CLIENT, attributes }, callersOf(appends))
  let failed = {}
  try {
    const verdicts = await context.with(started.context, store)
    let stored = 0
    for (const [at, { kind }] of verdicts.entries()) {
      if (kind === "appended") stored += counts[at] ?? 0
      else started.span.addEvent(NOT_STORED, { [attribute.verdict]: kind })
    }
    instruments.sent.add(stored, FIGURES)
    instruments.batchSize.record(count, FIGURES)
    return verdicts
  } catch (error) {
    failSpan(started.span, error)
    failed = { [attribute.errorType]: errorType(error) }
    throw error
  } finally {
    instruments.operationDuration.record(secondsSince(began), { ...FIGURES, ...failed })
    started.span.end()
  }
}

function countOf({ streams, schedules = [] }: Append): number {
  return streams.reduce((sum, { messages }) => sum + messages.length, schedules.length)
}

/** The callers' spans, as the first message of each append carries it. */
function* callersOf(appends: readonly Append[]): Iterable<SpanContext> {
  for (const { streams, schedules } of appends) {
    const first = streams[0]?.messages[0] ?? schedules?.[0]?.message
    const span = first === undefined ? undefined : spanContextOf(first.metadata)
    if (span !== undefined) yield span
  }
}
