import { deepEqual, equal } from "node:assert/strict"

import { durable, handler, workflow } from "@millrace/core"
import { openTelemetry } from "@millrace/opentelemetry"
import { context, trace } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { Auth } from "../bus/apis.ts"
import { openBus } from "../bus/open-bus.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, AddItem, Cart, item, ItemAdded } from "../shop.ts"
import { telemetryForTest } from "../telemetry-for-test.ts"

const parentId = (span: ReadableSpan) => span.parentSpanContext?.spanId
const spanId = (span: ReadableSpan) => span.spanContext().spanId

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("the trace of a fired event goes on in the listener of another service, and in what it fires [M6.a]", async () => {
      const log = await openLog(backend)
      const [here, there] = [telemetryForTest(), telemetryForTest()]
      const accounts = await openBus(log, { service: "accounts", apis: [Auth], instrumentation: here.instrumentation })
      const mailer = await openBus(log, {
        service: "mailer",
        uses: [Auth],
        processName: "p2",
        instrumentation: there.instrumentation,
      })
      mailer.auth.userCreated.listen(() => there.tracer.startSpan("SMTP").end(), { listenerName: "welcome" })
      await accounts.auth.userCreated.fire({ username: "adam", email: "adam@example.com" })
      await mailer.drain()
      const handled = there.span("handle mailer-welcome")
      const fired = here.spans().find((span) => span.attributes["millrace.message.type"] === "auth.user_created")
      equal(parentId(handled), fired?.spanContext().spanId)
      equal(parentId(there.span("SMTP")), spanId(handled))
    })

    it("a run of a workflow is one trace: what started it, each of its steps, and what is handled of it [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      const work = durable("work", async (name: string) => {
        telemetry.tracer.startSpan(`step ${name}`).end()
        return name
      })
      const Ship = workflow("shipping", async () => `${await work("pack")} ${await work("send")}`)
      const app = await log.app({ reactors: [Ship], instrumentation: telemetry.instrumentation })
      const request = telemetry.tracer.startSpan("request")
      const run = await context.with(trace.setSpan(context.active(), request), () => app.startWorkflow(Ship, undefined))
      await app.drain()
      equal((await run.wait()).output, "pack send")
      const traces = telemetry.spans("step").map((span) => span.spanContext().traceId)
      deepEqual(
        traces,
        Array.from({ length: 2 }, () => request.spanContext().traceId),
      )
      const handling = new Set(telemetry.spans("handle").map(spanId))
      deepEqual(
        telemetry.spans("step").filter((span) => !handling.has(parentId(span) ?? "")),
        [],
      )
    })

    it("a scheduled message goes on with the trace of whoever scheduled it [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      const late = handler("late").on(ItemAdded, () => {})
      const app = await log.app({ reactors: [late], instrumentation: telemetry.instrumentation })
      await app.dispatch(added("cart-1").at(new Date(log.clock.now() + 60_000)))
      await log.clock.advance(60_000)
      await app.drain()
      equal(parentId(telemetry.span("handle late")), spanId(telemetry.span("scheduleMessages cart")))
    })

    it("without an SDK an instrumented app works, and its messages carry nothing [M6.a]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded])
      const app = await log.app({ reactors: [Cart, seen], instrumentation: openTelemetry() })
      await app.dispatch(AddItem("cart-1", item("p")))
      await app.drain()
      deepEqual(seen.log(), ["cart-1:1"])
      deepEqual(
        (await app.historyFor("cart-1")).map(({ metadata }) => metadata),
        [{}, {}],
      )
    })
  })
}
