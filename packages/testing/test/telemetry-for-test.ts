import { openTelemetry, type OpenTelemetryOptions } from "@millrace/opentelemetry"
import { context, type Tracer } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace"
import { onTestFinished } from "vitest"

/** The SDK of one process, with exporters that keep what they get. */
export interface TelemetryForTest {
  readonly instrumentation: ReturnType<typeof openTelemetry>
  readonly tracer: Tracer
  /** The spans that have ended, oldest first, by the beginning of their name. */
  spans(name?: string): readonly ReadableSpan[]
  /** The one span whose name begins so. */
  span(name: string): ReadableSpan
  /** Collects once; answers the points of an instrument. */
  points(metric: string): Promise<readonly Point[]>
}

/** A figure and what it is of. */
export interface Point {
  readonly value: unknown
  readonly attributes: DataPoint<unknown>["attributes"]
}

/** Collected by the test alone. */
const NEVER_MS = 2 ** 31 - 1

/** Sets OpenTelemetry up as a process does, and takes it down when the test has finished. */
export function telemetryForTest(
  options: Omit<OpenTelemetryOptions, "tracerProvider" | "meterProvider"> = {},
): TelemetryForTest {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spans = new InMemorySpanExporter()
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] })
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: NEVER_MS })
  const meterProvider = new MeterProvider({ readers: [reader] })
  onTestFinished(async () => {
    context.disable()
    await tracerProvider.shutdown()
    await meterProvider.shutdown()
  })
  const named = (name: string): readonly ReadableSpan[] =>
    spans.getFinishedSpans().filter((span) => span.name.startsWith(name))
  return {
    instrumentation: openTelemetry({ ...options, tracerProvider, meterProvider }),
    tracer: tracerProvider.getTracer("test"),
    spans: (name = "") => named(name),
    span(name) {
      const [found, ...more] = named(name)
      if (found === undefined || more.length > 0) {
        const all = spans.getFinishedSpans().map((span) => span.name)
        throw new Error(`${more.length + (found === undefined ? 0 : 1)} spans begin with ${name}, of ${all.join(", ")}`)
      }
      return found
    },
    async points(metric) {
      metrics.reset()
      await meterProvider.forceFlush()
      const all = metrics.getMetrics().flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics))
      return all
        .filter(({ descriptor }) => descriptor.name === metric)
        .flatMap((one): readonly Point[] => one.dataPoints.map(({ value, attributes }) => ({ value, attributes })))
    },
  }
}
