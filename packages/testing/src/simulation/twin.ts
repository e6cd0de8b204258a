import { type Backend, BackendError } from "@millrace/core"

/**
 * A storage that does everything twice: for real, and in a twin that is known to be right. Whatever they answer differently is wrong. Both have to be
 * deterministic, down to which work is handed out first.
 */
export function twinned(backend: Backend, twin: Backend, wrong: (text: string) => void): Backend {
  // One call after the other: what runs side by side begins in the same order in both.
  const beside = <T extends object>(one: T, other: object, prefix: string): T =>
    new Proxy(one, {
      get(of, property) {
        const value: unknown = Reflect.get(of, property)
        if (property === "operator") return operator
        if (typeof value !== "function" || typeof property !== "string") return value
        const right: unknown = Reflect.get(other, property)
        if (typeof right !== "function" || property === "rows" || property === "listen")
          return (...args: readonly unknown[]): unknown => Reflect.apply(value, of, args)
        return async (...args: readonly unknown[]) => {
          const done = answerOf(() => Reflect.apply(value, of, args))
          const due = answerOf(() => Reflect.apply(right, other, args))
          const [is, has] = [await done, await due]
          if (is.shown !== has.shown)
            wrong(`${prefix}${property}(${shown(args)}) answers ${is.shown}, and has to answer ${has.shown}`)
          if ("error" in is) throw is.error
          return is.value
        }
      },
    })
  const operator = beside(backend.operator, twin.operator, "operator.")
  return beside(backend, twin, "")
}

type Answer = { readonly shown: string } & ({ readonly value: unknown } | { readonly error: unknown })

async function answerOf(call: () => unknown): Promise<Answer> {
  try {
    const value: unknown = await call()
    return { shown: shown(value), value }
  } catch (error) {
    return {
      shown:
        error instanceof BackendError ? `the error ${error.code}` : `an error that is no storage's: ${String(error)}`,
      error,
    }
  }
}

/** The longest text of an argument or answer that is told. */
const MOST_TEXT = 300

/** A value as text. `undefined` and an absent key are the same. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing"
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}… (${hashOf(text)})` : text
}

function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16)
}
