import type { Sample } from "../gauges/sample.ts"
import type { Series } from "./flatness.ts"
import type { GaugeKind } from "./limits.ts"

/** Everything that is to be flat. What a system or a storage does not tell has no series. */
export function seriesOf(samples: readonly Sample[], ordersPerSecond: number): readonly Series[] {
  const names = samples[0]?.members.map(({ name }) => name) ?? []
  const groups = samples[0]?.stats.lag.map(([group]) => group) ?? []
  const series = (kind: GaugeKind, name: string, read: (sample: Sample) => number | undefined): Series => ({
    name,
    kind,
    readings: samples.flatMap((sample) => {
      const value = read(sample)
      return value === undefined ? [] : [{ atMs: sample.atMs, value }]
    }),
  })
  const of = (name: string) => (sample: Sample) => sample.members.find((member) => member.name === name)
  return [
    ...names.flatMap((name) => [
      series("heap", `heap of ${name}`, (sample) => of(name)(sample)?.heap),
      series("rss", `resident memory of ${name}`, (sample) => of(name)(sample)?.rss),
      series("handles", `file handles of ${name}`, (sample) => of(name)(sample)?.handles),
      series("connections", `sockets of ${name}`, (sample) => of(name)(sample)?.sockets),
    ]),
    series("connections", "connections of the server", ({ server }) => server.connections),
    series("storage", "size of the storage", ({ server }) => server.bytes),
    ...groups.map((group) =>
      series("lag", `lag of ${group}`, ({ stats }) => {
        const found = stats.lag.find(([name]) => name === group)
        return found === undefined ? undefined : found[1] / ordersPerSecond
      }),
    ),
  ].filter(({ readings }) => readings.length > 0)
}
