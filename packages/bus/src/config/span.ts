const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The longest span that a config may give, in milliseconds: a timer and a person can follow it. */
export const MAX_SPAN_MS = 366 * 86_400_000

/** A span of a config in whole milliseconds: a number of seconds, or a text such as `500ms`, `60s`, `5m`. `NaN` for any other text. */
export function spanMs(span: string | number): number {
  if (typeof span === "number") return Math.round(span * 1_000)
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(span) ?? []
  return Math.round(Number(amount) * (UNIT_MS[unit] ?? Number.NaN))
}

/** Whether something can wait for that long: at least a millisecond, at most `MAX_SPAN_MS`. */
export function isSpan(span: string | number): boolean {
  const ms = spanMs(span)
  return ms >= 1 && ms <= MAX_SPAN_MS
}
