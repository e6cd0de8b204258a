import { type Backend, BackendError } from "@millrace/core"

/** One call of a backend's method. */
export interface Call {
  readonly method: string
  readonly args: readonly unknown[]
  /** Carries it out, on the real backend. */
  readonly run: (args?: readonly unknown[]) => unknown
}

/** A real backend whose calls pass through `intercept` first. */
export function interceptBackend(backend: Backend, intercept: (call: Call) => unknown): Backend {
  return new Proxy(backend, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== "function" || typeof property !== "string") return value
      return (...args: readonly unknown[]) =>
        intercept({ method: property, args, run: (given = args): unknown => Reflect.apply(value, target, [...given]) })
    },
  })
}

/** A process that can be killed: from then on nothing that it does reaches the storage, and nothing reaches it. */
export interface Mortal {
  readonly backend: Backend
  kill(): void
}

export function mortal(backend: Backend): Mortal {
  let dead = false
  const never = new Promise<never>(() => {})
  return {
    kill() {
      dead = true
    },
    backend: interceptBackend(backend, async ({ method, args, run }) => {
      if (dead) return never
      const [listener] = args
      const hears = method === "listen"
      const hear = (wake: unknown): void => {
        if (!dead && typeof listener === "function") Reflect.apply(listener, undefined, [wake])
      }
      const result = await run(hears ? [hear] : args)
      return dead ? never : result
    }),
  }
}

/** A backend whose calls of these methods land, and whose first `times` answers are lost on the way. */
export function losingAnswers(backend: Backend, methods: readonly string[], times: number): Backend {
  let left = times
  return interceptBackend(backend, async ({ method, run }) => {
    const result = await run()
    if (!methods.includes(method) || left === 0) return result
    left -= 1
    throw new BackendError("outcome-unknown", `the answer to ${method} was lost`)
  })
}

/** A storage that can be away: while it is, every call fails and changes nothing. */
export function outages(backend: Backend): { readonly backend: Backend; away: boolean } {
  const state = { away: false }
  return Object.assign(state, {
    backend: interceptBackend(backend, ({ method, run }) => {
      if (!state.away || method === "close") return run()
      return Promise.reject(new BackendError("unavailable", `${method}: the storage is away`))
    }),
  })
}
