import { DefinitionError, type FieldError, isEffectSchema, type PayloadSchema } from "@millrace/core"

/** How an event whose schema is a Standard Schema is checked where it arrives. */
export interface CheckAgain {
  /** Throws `DefinitionError` for a payload that its own schema would not take again. */
  made(streamId: string, payload: unknown): void
  errorsOf(stored: unknown): readonly FieldError[]
}

/**
 * What is stored is a Standard Schema's output, and only the schema itself can tell whether an arriving payload fits. A schema that transforms may
 * refuse its own output: then arriving events can not be told from damaged ones, so firing one is refused while somebody still looks.
 */
export function checkAgain(type: string, schema: PayloadSchema): CheckAgain | undefined {
  if (isEffectSchema(schema)) return undefined
  const errorsOf = (stored: unknown): readonly FieldError[] => {
    const result = schema["~standard"].validate(stored)
    if (result instanceof Promise) throw new DefinitionError(`the schema of ${type} validates asynchronously`)
    return (result.issues ?? []).map(({ path, message }) => ({
      path: (path ?? []).map((one) => String(typeof one === "object" ? one.key : one)).join("."),
      message,
    }))
  }
  return {
    errorsOf,
    made(streamId, payload) {
      const [error] = errorsOf(payload)
      if (error === undefined) return
      throw new DefinitionError(
        `the schema of ${type} does not take its own output (${error.path}: ${error.message}, for ${streamId}): it transforms, so who listens could not check it. ` +
          "Give an Effect Schema, which is stored encoded, or one that does not transform",
      )
    },
  }
}
