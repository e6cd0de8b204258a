import { DefinitionError } from "../message/definition-error.ts"

/** Refuses the promise of a function that has to be pure. What it would have rejected with is not lost on the process. */
export function requireSync(result: unknown, what: string): void {
  if (typeof result !== "object" || result === null || !("then" in result) || typeof result.then !== "function") return
  if (result instanceof Promise) result.catch(() => {})
  throw new DefinitionError(
    `${what} must not be async: it gets all it may look at, and does outside work in a reaction or handler`,
  )
}
