import type { Watched } from "@millrace/core"
import type { BatchObservableResult, Meter } from "@opentelemetry/api"

import { attribute, metric, SYSTEM } from "./names.ts"

/** Offers the figures of a log's groups to whoever reads metrics: one look at the log each time they are read. Answers what ends that. */
export function watchGroups(meter: Meter, app: Watched): () => void {
  const gauges = {
    lag: meter.createObservableGauge(metric.lag, {
      unit: "{message}",
      description: "Messages that a group wants and has not settled.",
    }),
    oldestAge: meter.createObservableGauge(metric.oldestAge, {
      unit: "s",
      description: "How long ago the oldest message was stored that a group has not settled.",
    }),
    lanes: meter.createObservableGauge(metric.lanes, {
      unit: "{lane}",
      description: "Streams of a group that retry or wait for a person.",
    }),
    active: meter.createObservableGauge(metric.active, { description: "1 while a group is active, 0 when stopped." }),
    schedules: meter.createObservableGauge(metric.schedules, {
      unit: "{message}",
      description: "Scheduled messages that are not due yet.",
    }),
  }
  const observe = async (result: BatchObservableResult): Promise<void> => {
    const { name, schedules, groups } = await app.stats()
    const log = { [attribute.system]: SYSTEM, [attribute.log]: name }
    result.observe(gauges.schedules, schedules, log)
    for (const { group, lag, retrying, parked, status, waitingSince } of groups) {
      const of = { ...log, [attribute.group]: group }
      const ageMs = waitingSince === undefined ? 0 : Math.max(app.storageNow() - waitingSince, 0)
      result.observe(gauges.lag, lag, of)
      result.observe(gauges.oldestAge, ageMs / 1_000, of)
      result.observe(gauges.lanes, retrying, { ...of, [attribute.laneStatus]: "retrying" })
      result.observe(gauges.lanes, parked, { ...of, [attribute.laneStatus]: "parked" })
      result.observe(gauges.active, status === "active" ? 1 : 0, of)
    }
  }
  const observed = Object.values(gauges)
  meter.addBatchObservableCallback(observe, observed)
  return () => meter.removeBatchObservableCallback(observe, observed)
}
