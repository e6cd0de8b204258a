import { createNoopMeter, type Meter, ProxyTracerProvider, trace, type TracerProvider } from "@opentelemetry/api"

import { SCOPE } from "./names.ts"

/**
 * Whether anybody hears what is told: a provider of spans or of metrics was given, or is registered by now. Until then nothing is made ready for the
 * API to throw away.
 */
export function isHeard(meter: Meter, tracerProvider: TracerProvider | undefined): () => boolean {
  if (tracerProvider !== undefined || meter !== createNoopMeter()) return () => true
  let heard = false
  return () => (heard ||= isTracing(trace.getTracerProvider()))
}

function isTracing(provider: TracerProvider): boolean {
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(SCOPE) !== undefined
}
