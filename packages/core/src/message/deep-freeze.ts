/** Freezes a value and everything plain in it. Stops at what is frozen already, and at what freezing would break (views of memory). */
export function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return
  Object.freeze(value)
  for (const field of Object.values(value)) deepFreeze(field)
}
