import { setTimeout } from "node:timers/promises"

import type { Backend } from "@millrace/core"

/** A backend that can be frozen: what its worker has done is not stored, and then no call reaches the storage or comes back from it, until it is thawed. */
export interface Freezable {
  readonly backend: Backend
  /** Resolves when a settle is held back, so that its worker holds leases; or when none came for a while. */
  readonly freeze: () => Promise<void>
  readonly thaw: () => void
}

/** How long to wait for a settle. */
const CATCH_MS = 500

export function freezable(backend: Backend): Freezable {
  let thawed = Promise.resolve()
  let thaw = (): void => {}
  let caught = Promise.withResolvers<void>()
  let state: "flowing" | "freezing" | "frozen" = "flowing"
  return {
    async freeze() {
      if (state !== "flowing") return
      const { promise, resolve } = Promise.withResolvers<void>()
      thawed = promise
      thaw = resolve
      caught = Promise.withResolvers<void>()
      state = "freezing"
      await Promise.race([caught.promise, setTimeout(CATCH_MS)])
    },
    thaw() {
      state = "flowing"
      thaw()
    },
    backend: new Proxy(backend, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== "function") return value
        return async (...args: readonly unknown[]): Promise<unknown> => {
          if (property === "settle" && state === "freezing") {
            state = "frozen"
            caught.resolve()
          }
          if (state === "frozen") await thawed
          const result: unknown = await Reflect.apply(value, target, args)
          if (state === "frozen") await thawed
          return result
        }
      },
    }),
  }
}
