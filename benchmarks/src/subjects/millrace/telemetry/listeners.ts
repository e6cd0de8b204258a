import { context } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { MeterProvider } from "@opentelemetry/sdk-metrics"
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace"

import type { Instrumentation } from "../../../../../packages/core/src/index.ts"
import { openTelemetry } from "../../../../../packages/opentelemetry/src/index.ts"
import { passing } from "./passing.ts"

/** Somebody who listens to an app, or nobody. */
export interface Listener {
  readonly name: string
  readonly instrumentation?: Instrumentation
  /** Sets up what the process needs for it; answers what takes that down. */
  listen(): () => void
}

/** Nobody, OpenTelemetry without an SDK, one that is told everything and does nothing, the SDK. */
export function listeners(): readonly Listener[] {
  return [
    { name: "millrace", listen },
    { name: "without SDK", instrumentation: openTelemetry(), listen },
    { name: "doing nothing", instrumentation: passing, listen },
    { name: "with SDK", instrumentation: withSdk(), listen: keepContexts },
  ]
}

function listen(): () => void {
  return () => {}
}

function keepContexts(): () => void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return () => context.disable()
}

/** Every span and every metric is made; the spans go to an exporter that sends them nowhere. */
function withSdk(): Instrumentation {
  const tracerProvider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: forgetting })] })
  return openTelemetry({ tracerProvider, meterProvider: new MeterProvider() })
}

const forgetting: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: () => Promise.resolve(),
}
