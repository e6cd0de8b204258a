import type { Backend } from "@millrace/core"

/** Carries out a method, named by its path: `["settle"]`, `["operator", "skip"]`. */
export type Route = (method: readonly string[], args: readonly unknown[]) => unknown

/** A backend whose calls, those of its operator included, go by `route`; what it tells of itself is what `model` tells. */
export function routedBackend(model: Backend, route: Route): Backend {
  return routed(model, [], route)
}

function routed<T extends object>(model: T, path: readonly string[], route: Route): T {
  return new Proxy(model, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof property !== "string") return value
      if (typeof value === "function") return async (...args: unknown[]) => route([...path, property], args)
      return property === "operator" && typeof value === "object" && value !== null
        ? routed(value, [...path, property], route)
        : value
    },
  })
}

/** The route to whatever backend is the right one at the moment of a call. */
export function routeTo(current: () => Backend): Route {
  return (method, args) => {
    const owner = method[0] === "operator" && method.length > 1 ? current().operator : current()
    const work: unknown = Reflect.get(owner, method.at(-1) ?? "")
    if (typeof work !== "function") throw new Error(`a backend has no ${method.join(".")}`)
    const result: unknown = Reflect.apply(work, owner, [...args])
    return result
  }
}
