import { plot } from "asciichart"
import Table from "cli-table3"

import { quantilesOf } from "../gauges/quantiles-of.ts"
import { KEPT } from "../gauges/take-samples.ts"
import { type Flatness, WARM_UP_SHARE } from "../judge/flatness.ts"
import { type GaugeKind, growthLimits } from "../judge/limits.ts"
import type { SoakOutcome } from "../soak.ts"
import { windows } from "./windows.ts"

const PLOT_WIDTH = 90
const PLOT_HEIGHT = 10
const MOST_TOLD = 20

/** A soak as people read it, line by line. */
export function reportSoak(outcome: SoakOutcome): readonly string[] {
  const { samples, findings, lengthMs, perSecond } = outcome
  const seen = windows(samples.samples, PLOT_WIDTH)
  const judged = ((lengthMs / 1_000) * perSecond * (1 - WARM_UP_SHARE)) | 0
  const uneven = outcome.flatness.filter(({ flat }) => !flat)
  return [
    summary(outcome),
    gauges(outcome.flatness, judged),
    "p99 from the instant an order was due, in ms, over time: stored, and handled (each point the worst second)",
    plot([seen.map(({ stored }) => stored.p99), seen.map(({ handled }) => handled.p99)], {
      height: PLOT_HEIGHT,
      min: 0,
    }),
    "",
    ...uneven.map(({ name, kind }) => `not flat: ${name}; what is allowed: ${growthLimits[kind].why}`),
    ...findings.slice(0, MOST_TOLD).map(({ kind, says }) => `${kind}: ${says}`),
    ...(findings.length > MOST_TOLD ? [`and ${findings.length - MOST_TOLD} more`] : []),
    findings.length + uneven.length === 0
      ? "everything is flat, nothing is lost or doubled"
      : `${uneven.length} gauges are not flat, ${findings.length} findings`,
  ]
}

function summary({ backend, settings, capacity, perSecond, lengthMs, orders, samples }: SoakOutcome): string {
  const table = new Table({ style: { head: [], border: [], compact: true } })
  const stored = quantilesOf(samples.stored)
  const handled = quantilesOf(samples.handled)
  const lags = samples.samples.map(({ stats }) => Math.max(...stats.lag.map(([, messages]) => messages)))
  const at = (one: typeof stored): string => `p50 ${ms(one.p50)}, p99 ${ms(one.p99)}, max ${ms(one.max)}`
  table.push(
    ["storage", `${backend} (${settings})`],
    ["capacity", `${capacity.perSecond.toFixed(0)} orders a second, from end to end`],
    ["steady load", `${perSecond.toFixed(0)} a second for ${(lengthMs / 1_000).toFixed(0)} s`],
    ["orders", String(orders)],
    ["removed by retention", `${samples.removed} messages; the newest ${KEPT} stay`],
    ["due until stored", at(stored)],
    ["due until handled", at(handled)],
    [
      "largest lag",
      `${Math.max(...lags, 0)} messages (${(Math.max(...lags, 0) / perSecond).toFixed(1)} s of arrivals)`,
    ],
  )
  return table.toString()
}

function gauges(all: readonly Flatness[], orders: number): string {
  const table = new Table({
    head: ["gauge", "median", "largest", "growth", "allowed", "an order", ""],
    style: { head: [], border: [], compact: true },
  })
  for (const { name, kind, median, max, growth, allowed, flat } of all) {
    const tell = units[kind]
    const byOrder = kind === "heap" || kind === "rss" || kind === "storage" ? `${(growth / orders).toFixed(1)} B` : ""
    table.push([name, tell(median), tell(max), tell(growth), tell(allowed), byOrder, flat ? "flat" : "NOT FLAT"])
  }
  return table.toString()
}

const bytes = (value: number): string => `${(value / 1024 / 1024).toFixed(1)} MiB`
const count = (value: number): string => value.toFixed(1).replace(/\.0$/, "")
const seconds = (value: number): string => `${value.toFixed(2)} s`
const units: Readonly<Record<GaugeKind, (value: number) => string>> = {
  heap: bytes,
  rss: bytes,
  storage: bytes,
  handles: count,
  connections: count,
  lag: seconds,
}

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`
}
