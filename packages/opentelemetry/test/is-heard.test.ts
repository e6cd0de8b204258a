import { deepEqual, equal } from "node:assert/strict"

import { createApp, event, handler } from "@millrace/core"
import { INVALID_SPAN_CONTEXT, trace, type Tracer, type TracerProvider } from "@opentelemetry/api"
import { describe, it, onTestFinished } from "vitest"

import { openTelemetry } from "../src/index.ts"

/** A provider that notes which spans are begun, and records none. */
function noting(): { readonly provider: TracerProvider; readonly begun: string[] } {
  const begun: string[] = []
  const tracer: Tracer = {
    startSpan(name) {
      begun.push(name)
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
    },
    startActiveSpan() {
      throw new Error("Millrace begins its spans by startSpan")
    },
  }
  return { provider: { getTracer: () => tracer }, begun }
}

describe("an instrumented app", () => {
  it("is told nothing until an SDK is registered, and everything from then on", async () => {
    const { provider, begun } = noting()
    const Paid = event("shop.paid")
    const instrumentation = openTelemetry()
    const books = handler("books").on(Paid, () => {})
    const app = await createApp({ backend: "memory:", reactors: [books], instrumentation })
    onTestFinished(async () => {
      trace.disable()
      await app.close()
    })
    await app.dispatch(Paid("order-1"))
    await app.drain()
    deepEqual([instrumentation.heard(), begun], [false, []])
    trace.setGlobalTracerProvider(provider)
    equal(instrumentation.heard(), true)
    await app.dispatch(Paid("order-1"))
    await app.drain()
    deepEqual(begun, ["dispatch order", "append", "handle books", "settle books"])
  })

  it("is told everything where a provider was given", () => {
    equal(openTelemetry({ tracerProvider: noting().provider }).heard(), true)
  })
})
