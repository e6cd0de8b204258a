import type { Counter, Histogram, Meter } from "@opentelemetry/api"

import { metric } from "./names.ts"

/** What is counted and measured as it happens. */
export interface Instruments {
  readonly sent: Counter
  readonly consumed: Counter
  readonly operationDuration: Histogram
  readonly processDuration: Histogram
  readonly failures: Counter
  readonly batchSize: Histogram
}

/** The boundaries that the conventions ask for, in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const MESSAGES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

export function createInstruments(meter: Meter): Instruments {
  const seconds = { unit: "s", advice: { explicitBucketBoundaries: SECONDS } }
  return {
    sent: meter.createCounter(metric.sent, { unit: "{message}", description: "Messages appended to the log." }),
    consumed: meter.createCounter(metric.consumed, {
      unit: "{message}",
      description: "Messages that handlers were called with.",
    }),
    operationDuration: meter.createHistogram(metric.operationDuration, {
      ...seconds,
      description: "How long appends and settles took.",
    }),
    processDuration: meter.createHistogram(metric.processDuration, {
      ...seconds,
      description: "How long handlers took.",
    }),
    failures: meter.createCounter(metric.failures, {
      unit: "{message}",
      description: "Messages that failed, by what their error strategy decided.",
    }),
    batchSize: meter.createHistogram(metric.batchSize, {
      unit: "{message}",
      description: "Messages that were appended, claimed or settled together.",
      advice: { explicitBucketBoundaries: MESSAGES },
    }),
  }
}
