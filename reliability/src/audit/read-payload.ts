/** A number in a payload. Not a number where it is missing: then nothing compares equal to it. */
export function readNumber(payload: unknown, name: string): number {
  const value: unknown = typeof payload === "object" && payload !== null ? Reflect.get(payload, name) : undefined
  return typeof value === "number" ? value : Number.NaN
}

export function readText(payload: unknown, name: string): string {
  const value: unknown = typeof payload === "object" && payload !== null ? Reflect.get(payload, name) : undefined
  return typeof value === "string" ? value : ""
}
