import { deepEqual, equal } from "node:assert/strict"

import { createTraceState, TraceFlags } from "@opentelemetry/api"
import { describe, it } from "vitest"

import { carrierOf, spanContextOf } from "../src/trace-context.ts"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"
const traceparent = `00-${traceId}-${spanId}-01`

describe("the trace that a message carries", () => {
  it("is W3C trace context, written and read", () => {
    const traceState = createTraceState("vendor=one,other=two")
    const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, traceState }
    const carrier = carrierOf(span)
    deepEqual(carrier, { traceparent, tracestate: "vendor=one,other=two" })
    const read = spanContextOf(carrier)
    deepEqual(
      [read?.traceId, read?.spanId, read?.traceFlags, read?.isRemote, read?.traceState?.serialize()],
      [traceId, spanId, 1, true, "vendor=one,other=two"],
    )
  })

  it("goes on unsampled where the caller was not sampled", () => {
    const carrier = carrierOf({ traceId, spanId, traceFlags: TraceFlags.NONE })
    equal(carrier["traceparent"], `00-${traceId}-${spanId}-00`)
    equal(spanContextOf(carrier)?.traceFlags, TraceFlags.NONE)
  })

  it("is nothing where there is no trace", () => {
    deepEqual(carrierOf(undefined), {})
    deepEqual(carrierOf({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 }), {})
  })

  it("ends the state that another trace left behind", () => {
    const span = { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
    deepEqual(carrierOf(span, { tracestate: "vendor=before" }), { traceparent, tracestate: "" })
  })

  it("of a later version is read, and what can not be understood is passed over", () => {
    equal(spanContextOf({ traceparent: `01-${traceId}-${spanId}-01-more` })?.spanId, spanId)
    for (const wrong of [
      undefined,
      7,
      "",
      `ff-${traceId}-${spanId}-01`,
      `${traceparent}-more`,
      `00-${traceId.toUpperCase()}-${spanId}-01`,
      `00-${"0".repeat(32)}-${spanId}-01`,
      `00-${traceId}-${"0".repeat(16)}-01`,
    ])
      equal(spanContextOf(wrong === undefined ? {} : { traceparent: wrong }), undefined, String(wrong))
  })
})
