import { deepEqual, equal, ok } from "node:assert/strict"

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

  it("asks about once for each message whether anybody hears, and does nothing else while nobody does", async () => {
    const messages = 200
    let asked = 0
    let told = 0
    const telling = openTelemetry()
    // Whatever is called of it besides, is called too often.
    const instrumentation = new Proxy(telling, {
      get(_, name) {
        if (name === "watch") return () => () => {}
        if (name !== "heard") told += 1
        return () => {
          asked += 1
          return false
        }
      },
    })
    const Paid = event("shop.paid")
    const books = handler("books").on(Paid, () => {})
    const app = await createApp({ backend: "memory:", reactors: [books], instrumentation })
    onTestFinished(() => app.close())
    const before = asked
    await Promise.all(Array.from({ length: messages }, (_, at) => app.dispatch(Paid(`order-${at % 10}`))))
    await app.drain()
    equal(told, 0)
    // A write each, and a few for each batch of appends, slice and stream of a slice.
    ok(asked - before >= messages && asked - before <= 2 * messages, `asked ${asked - before} times`)
  })

  it("is told everything where a provider was given", () => {
    equal(openTelemetry({ tracerProvider: noting().provider }).heard(), true)
  })
})
