/** An instant as people read it: ISO 8601 in UTC, without what is zero anyway. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.000Z$/, "Z")
}

const UNITS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
  { unit: "s", ms: 1_000 },
] as const

/** A span as people say it: in the largest unit of which it has at least two, else in seconds. */
export function span(ms: number): string {
  const found = UNITS.find((one) => ms >= 2 * one.ms) ?? { unit: "s", ms: 1_000 }
  return `${Math.floor(ms / found.ms)} ${found.unit}`
}
