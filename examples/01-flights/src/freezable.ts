import type { Backend } from "@millrace/core"

/** A backend that can be frozen: calls neither reach the storage nor come back from it, until it is thawed. */
export interface Freezable {
  readonly backend: Backend
  readonly freeze: () => void
  readonly thaw: () => void
}

export function freezable(backend: Backend): Freezable {
  let thawed = Promise.resolve()
  let thaw = (): void => {}
  return {
    freeze() {
      const { promise, resolve } = Promise.withResolvers<void>()
      thawed = promise
      thaw = resolve
    },
    thaw: () => thaw(),
    backend: new Proxy(backend, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== "function") return value
        return async (...args: readonly unknown[]): Promise<unknown> => {
          await thawed
          const result: unknown = await Reflect.apply(value, target, args)
          await thawed
          return result
        }
      },
    }),
  }
}
