import type { Instrumentation } from "@millrace/core"
import { type MeterProvider, metrics, trace, type TracerProvider } from "@opentelemetry/api"

import { HandlingSpans } from "./handling-spans.ts"
import { createInstruments } from "./instruments.ts"
import { isHeard } from "./is-heard.ts"
import { attribute, SCOPE, SYSTEM } from "./names.ts"
import { observeAppend } from "./observe-append.ts"
import { observeSettle } from "./observe-settle.ts"
import { observeWrite } from "./observe-write.ts"
import type { Telemetry } from "./telemetry.ts"
import { watchGroups } from "./watch-groups.ts"

/** Where spans and metrics go. */
export interface OpenTelemetryOptions {
  /** Default: the one that is registered with the OpenTelemetry API. */
  readonly tracerProvider?: TracerProvider
  /** Default: the one that is registered with the OpenTelemetry API when this is called. */
  readonly meterProvider?: MeterProvider
  /** Whether this app reports the figures of the log's groups (lag, age, lanes). Each app would report the same: one that does is enough. Default true. */
  readonly groups?: boolean
}

/**
 * Spans and metrics of an app: `createApp({ instrumentation: openTelemetry() })`. Messages carry their trace in their metadata (`traceparent`, `tracestate`),
 * so that it goes on in whatever process handles them. Register the SDK before.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Instrumentation {
  const meter = (options.meterProvider ?? metrics).getMeter(SCOPE)
  const tracer = (options.tracerProvider ?? trace).getTracer(SCOPE)
  const telemetry: Telemetry = { tracer, instruments: createInstruments(meter) }
  return {
    heard: isHeard(meter, options.tracerProvider),
    write: (writing, write) => observeWrite(tracer, writing, write),
    append: (appends, store) => observeAppend(telemetry, appends, store),
    handling: (group) => new HandlingSpans(telemetry, group),
    settle: (settling, settle) => observeSettle(telemetry, settling, settle),
    claimed({ group, messages }) {
      telemetry.instruments.batchSize.record(messages.length, {
        [attribute.system]: SYSTEM,
        [attribute.operation]: "claim",
        [attribute.group]: group,
      })
    },
    watch: (app) => (options.groups === false ? () => {} : watchGroups(meter, app)),
  }
}
