/** What stands in a message for a function, which no process can send to another. */
const FUNCTION = { isFunction: true } as const

/** Arguments as they can be sent: for every function something that says so. */
export function withoutFunctions(value: unknown): unknown {
  return mapped(value, (one) => (typeof one === "function" ? FUNCTION : one))
}

/** Arguments as they were: where a function stood, one that does nothing. */
export function withFunctions(args: readonly unknown[]): readonly unknown[] {
  return args.map((arg) => mapped(arg, (one) => (isMark(one) ? async () => {} : one)))
}

function isMark(value: unknown): boolean {
  return typeof value === "object" && value !== null && "isFunction" in value
}

function mapped(value: unknown, change: (one: unknown) => unknown): unknown {
  const changed = change(value)
  if (changed !== value || typeof value !== "object" || value === null) return changed
  if (Array.isArray(value)) return value.map((one) => mapped(one, change))
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, change)]))
}
