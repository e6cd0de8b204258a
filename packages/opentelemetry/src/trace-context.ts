import type { JsonObject } from "@millrace/core"
import { createTraceState, isSpanContextValid, type SpanContext } from "@opentelemetry/api"

/** W3C Trace Context: version, trace id, span id, flags. A later version may say more behind them. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

const NOTHING: JsonObject = Object.freeze({})

/** What a message carries so that whoever handles it goes on with this span: nothing where there is no trace. */
export function carrierOf(span: SpanContext | undefined, over: JsonObject = NOTHING): JsonObject {
  if (span === undefined || !isSpanContextValid(span)) return NOTHING
  const traceparent = `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, "0")}`
  const tracestate = span.traceState?.serialize()
  if (tracestate !== undefined && tracestate !== "") return { traceparent, tracestate }
  // A state that was inherited belongs to the trace before.
  return over["tracestate"] === undefined ? { traceparent } : { traceparent, tracestate: "" }
}

/** The span that a message carries; `undefined` where it carries none, or none that can be understood. */
export function spanContextOf(metadata: JsonObject): SpanContext | undefined {
  const { traceparent, tracestate } = metadata
  if (typeof traceparent !== "string") return undefined
  const [, version, traceId = "", spanId = "", flags = "0", more] = TRACEPARENT.exec(traceparent) ?? []
  if (version === undefined || (version === "00" && more !== undefined)) return undefined
  const span: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(typeof tracestate === "string" && tracestate !== "" ? { traceState: createTraceState(tracestate) } : {}),
  }
  return isSpanContextValid(span) ? span : undefined
}
