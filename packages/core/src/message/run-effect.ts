import { DefinitionError } from "./definition-error.ts"
import { dotted, type FieldError } from "./field-error.ts"
import type { EffectModules, EffectResult } from "./load-effect.ts"

/** What a step of an Effect Schema gave. */
export type Ran =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** Runs a step of Effect's: its issues become field errors, asynchronous work is refused, other errors go through. */
export function runEffect(effect: EffectModules, type: string, work: () => EffectResult): Ran {
  try {
    const result = work()
    return result._tag === "Success" ? { ok: true, value: result.success } : failed(effect, result.failure.issue)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (effect.SchemaIssue.isIssue(cause)) return failed(effect, cause)
    if (!isAsync(cause)) throw error
    throw new DefinitionError(
      `the schema of ${type} works asynchronously: what is stored is checked where it is made, so give it synchronous steps only, and do the rest before`,
      { cause: error },
    )
  }
}

function failed(effect: EffectModules, issue: unknown): Ran {
  const { issues } = effect.SchemaIssue.makeFormatterStandardSchemaV1()(issue)
  return { ok: false, errors: issues.map(({ path, message }) => ({ path: dotted(path), message })) }
}

/** Effect run synchronously dies of `AsyncFiberError` where a step has to wait. */
function isAsync(cause: unknown): boolean {
  if (typeof cause !== "object" || cause === null || !("reasons" in cause) || !Array.isArray(cause.reasons))
    return false
  return cause.reasons.some((reason: unknown) => {
    if (typeof reason !== "object" || reason === null || !("defect" in reason)) return false
    const { defect } = reason
    return typeof defect === "object" && defect !== null && "_tag" in defect && defect._tag === "AsyncFiberError"
  })
}
