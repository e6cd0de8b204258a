import { deepEqual, equal, match, ok } from "node:assert/strict"

import { handler, type Instrumentation, retryOnError, Sync } from "@millrace/core"
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, AddItem, Cart, item, ItemAdded, OrderPlaced } from "../shop.ts"
import { telemetryForTest } from "../telemetry-for-test.ts"

const spanId = (span: ReadableSpan) => span.spanContext().spanId
const traceId = (span: ReadableSpan) => span.spanContext().traceId
const parentId = (span: ReadableSpan) => span.parentSpanContext?.spanId
const linked = (span: ReadableSpan) => span.links.map((link) => link.context.spanId).toSorted()

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("one trace goes through two processes: dispatch, append, handle, settle, and on with what was produced [M6.a]", async () => {
      const log = await openLog(backend)
      const [here, there] = [telemetryForTest(), telemetryForTest()]
      const web = await log.app({ instrumentation: here.instrumentation })
      const mails: string[] = []
      const mail = handler("mail").on(ItemAdded, (one) => void mails.push(one.streamId))
      const worker = await log.app({ reactors: [Cart, mail], instrumentation: there.instrumentation })

      const request = here.tracer.startSpan("request")
      await context.with(trace.setSpan(context.active(), request), () => web.dispatch(AddItem("cart-1", item("p"))))
      request.end()
      await worker.drain()

      deepEqual(mails, ["cart-1"])
      const [dispatch, append] = [here.span("dispatch"), here.span("append")]
      const [decided, reacted] = [there.span("handle cart"), there.span("handle mail")]
      const [settled, acknowledged] = [there.span("settle cart"), there.span("settle mail")]
      deepEqual([dispatch, append, decided, settled, reacted, acknowledged].map(parentId), [
        request.spanContext().spanId,
        ...[dispatch, dispatch, decided, decided, reacted].map(spanId),
      ])
      const spans = [...here.spans(), ...there.spans()]
      deepEqual([...new Set(spans.map(traceId))], [request.spanContext().traceId])
      equal(decided.parentSpanContext?.isRemote, true)
      deepEqual(
        [dispatch, append, decided, settled].map(({ kind }) => kind),
        [SpanKind.PRODUCER, SpanKind.CLIENT, SpanKind.CONSUMER, SpanKind.CLIENT],
      )
      const [command, event] = await web.historyFor("cart-1")
      match(textOf(command?.metadata["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      ok(textOf(event?.metadata["traceparent"]).includes(spanId(decided)))
      equal(dispatch.name, "dispatch cart")
      deepEqual(
        {
          system: decided.attributes["messaging.system"],
          group: decided.attributes["messaging.consumer.group.name"],
          stream: decided.attributes["messaging.destination.name"],
          id: decided.attributes["messaging.message.id"],
          conversation: decided.attributes["messaging.message.conversation_id"],
          type: decided.attributes["messaging.operation.type"],
          attempt: decided.attributes["millrace.attempt"],
        },
        {
          system: "millrace",
          group: "cart",
          stream: "cart-1",
          id: command?.id,
          conversation: command?.correlationId,
          type: "process",
          attempt: 1,
        },
      )
    })

    it("a handler's own spans are its handle span's children, and a dispatch inside goes on with the trace [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      const calling = handler("calling").on(ItemAdded, async ({ streamId }) => {
        await Promise.resolve()
        telemetry.tracer.startSpan("call of a gateway").end()
        await app.dispatch(OrderPlaced(streamId))
      })
      const app = await log.app({ reactors: [calling], instrumentation: telemetry.instrumentation })
      await log.app().then((outside) => outside.dispatch(added("cart-1")))
      await app.drain()
      const handled = telemetry.span("handle calling")
      equal(handled.parentSpanContext, undefined, "a message without a trace begins one")
      deepEqual(
        [telemetry.span("call of"), telemetry.span("dispatch cart")].map(parentId),
        [handled, handled].map(spanId),
      )
    })

    it("work before the settle belongs to the handle span of its message [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      const working = recorder("working", [ItemAdded], {
        handle: () => Sync(() => telemetry.tracer.startSpan("work").end()),
      })
      const app = await log.app({ reactors: [working], instrumentation: telemetry.instrumentation })
      await app.dispatch(added("cart-1"))
      await app.drain()
      equal(parentId(telemetry.span("work")), spanId(telemetry.span("handle working")))
    })

    it("a batch's span is linked to the span of each message, its settle goes on with it [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      const batches: number[] = []
      const together = {
        name: "together",
        handledMessages: [ItemAdded],
        handleBatch: (messages: readonly unknown[]) => {
          batches.push(messages.length)
          return messages.map(() => undefined)
        },
      }
      const app = await log.app({ reactors: [together], instrumentation: telemetry.instrumentation })
      for (let at = 0; at < 3; at += 1) await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual(batches, [3])
      const batch = telemetry.span("handle together")
      deepEqual(linked(batch), telemetry.spans("dispatch").map(spanId).toSorted())
      equal(batch.parentSpanContext, undefined)
      equal(batch.attributes["messaging.batch.message_count"], 3)
      equal(parentId(telemetry.span("settle")), spanId(batch))
    })

    it("a settle of several streams is linked to all it settles, an append of several callers to them [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      // One partition for the whole log, so that one slice has both.
      const keyed = handler("keyed", { partitionBy: (message) => message.streamId }).on(ItemAdded, () => {})
      const app = await log.app({ reactors: [keyed], instrumentation: telemetry.instrumentation })
      await Promise.all([app.dispatch(added("cart-1")), app.dispatch(added("cart-2"))])
      await app.drain()
      deepEqual(linked(telemetry.span("append")), telemetry.spans("dispatch").map(spanId).toSorted())
      deepEqual(linked(telemetry.span("settle")), telemetry.spans("handle").map(spanId).toSorted())
      equal(linked(telemetry.span("settle")).length, 2)
    })

    it("errors, retries and dead letters are on the spans and counted [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      class GatewayDown extends Error {
        override readonly name = "GatewayDown"
      }
      const failing = handler("failing", {
        errorStrategy: retryOnError({ times: 1, afterMs: 1_000, giveUp: "park" }),
      }).on(ItemAdded, () => {
        throw new GatewayDown("no answer")
      })
      const app = await log.app({ reactors: [failing], instrumentation: telemetry.instrumentation })
      await app.dispatch(added("cart-1"))
      await app.drain()
      await log.clock.advance(1_000)
      await app.drain()
      const handled = telemetry.spans("handle failing")
      deepEqual(
        handled.map(({ status, attributes, events }) => [
          status,
          attributes["error.type"],
          attributes["millrace.attempt"],
          events.map(({ name, attributes: of }) => [name, of?.["exception.message"]]),
        ]),
        [1, 2].map((attempt) => [
          { code: SpanStatusCode.ERROR, message: "no answer" },
          "GatewayDown",
          attempt,
          [["exception", "no answer"]],
        ]),
      )
      const [message] = await app.readStream("cart-1")
      deepEqual(
        telemetry
          .spans("settle failing")
          .flatMap(({ events }) => events.map(({ name, attributes: of }) => [name, of?.["messaging.message.id"]])),
        [
          ["millrace.retry", message?.id],
          ["millrace.dead_letter", message?.id],
        ],
      )
      deepEqual(
        (await telemetry.points("millrace.failures")).map(({ value, attributes }) => [
          value,
          attributes["millrace.decision"],
          attributes["messaging.consumer.group.name"],
          attributes["error.type"],
        ]),
        [
          [1, "retry", "failing", "GatewayDown"],
          [1, "park", "failing", "GatewayDown"],
        ],
      )
      deepEqual(
        (await telemetry.points("millrace.group.lanes")).map(({ value, attributes }) => [
          attributes["millrace.lane.status"],
          value,
        ]),
        [
          ["retrying", 0],
          ["parked", 1],
        ],
      )
    })

    it("appends, handled messages, durations and batch sizes are counted and measured [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      const seen = handler("seen").on(ItemAdded, () => {})
      const app = await log.app({ reactors: [seen], instrumentation: telemetry.instrumentation })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      await app.dispatch(added("cart-1"))
      await app.drain()
      const figures = async (metric: string) =>
        (await telemetry.points(metric)).map(({ value, attributes }) => [
          attributes["messaging.operation.name"],
          attributes["messaging.consumer.group.name"],
          isHistogram(value) ? [value.count, value.sum] : value,
        ])
      deepEqual(await figures("messaging.client.sent.messages"), [["append", undefined, 3]])
      deepEqual(await figures("messaging.client.consumed.messages"), [["handle", "seen", 3]])
      deepEqual(await figures("millrace.batch.size"), [
        ["append", undefined, [2, 3]],
        ["claim", "seen", [1, 3]],
        ["settle", "seen", [1, 3]],
      ])
      for (const [metric, counts] of [
        ["messaging.client.operation.duration", { append: 2, settle: 1 }],
        ["messaging.process.duration", { handle: 3 }],
      ] as const) {
        const points = await telemetry.points(metric)
        const found = points.map(({ value, attributes }) => {
          if (!isHistogram(value)) throw new TypeError(`${metric} is no histogram`)
          ok(value.sum !== undefined && value.sum > 0 && value.sum < 60, `${value.sum} is no plausible span in seconds`)
          return [attributes["messaging.operation.name"], value.count]
        })
        deepEqual(Object.fromEntries(found), counts)
      }
    })

    it("lag and age of the oldest message are read once each time metrics are, and not after the app has closed [M6.a]", async () => {
      const log = await openLog(backend)
      const telemetry = telemetryForTest()
      let looks = 0
      const instrumentation: Instrumentation = {
        ...telemetry.instrumentation,
        watch: (app) =>
          telemetry.instrumentation.watch({
            storageNow: () => app.storageNow(),
            stats() {
              looks += 1
              return app.stats()
            },
          }),
      }
      const seen = handler("seen").on(ItemAdded, () => {})
      const app = await log.app({ reactors: [seen], instrumentation })
      const settled = handler("settled").on(ItemAdded, () => {})
      const other = await log.app({ reactors: [settled] })
      await app.dispatch(added("cart-1"))
      await log.clock.advance(60_000)
      await app.dispatch(added("cart-2"))
      await other.drain()
      await log.clock.advance(30_000)
      const groups = async (metric: string): Promise<Record<string, unknown>> =>
        Object.fromEntries<unknown>(
          (await telemetry.points(metric)).map(({ value, attributes }) => [
            textOf(attributes["messaging.consumer.group.name"]),
            value,
          ]),
        )
      deepEqual(await groups("millrace.group.lag"), { seen: 2, settled: 0 })
      deepEqual(await groups("millrace.group.oldest.age"), { seen: 90, settled: 0 })
      equal(looks, 2, "each collection looks once")
      await app.stopConsumerGroup(seen)
      deepEqual(await groups("millrace.group.active"), { seen: 0, settled: 1 })
      await app.close()
      await telemetry.points("millrace.group.lag")
      equal(looks, 3, "a closed app is not asked")
    })
  })
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function isHistogram(value: unknown): value is { readonly count: number; readonly sum?: number } {
  return typeof value === "object" && value !== null && "count" in value
}
