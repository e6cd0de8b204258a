/** Calls a method as JavaScript would, without its types: for what the compiler refuses and run time has to refuse too. */
export function callUnchecked(on: unknown, method: string, ...args: readonly unknown[]): unknown {
  if (typeof on !== "object" || on === null) throw new Error(`there is no object with a method ${method}`)
  const found: unknown = Reflect.get(on, method)
  if (typeof found !== "function") throw new Error(`there is no method ${method}`)
  const result: unknown = Reflect.apply(found, on, args)
  return result
}
