import type { StandardSchemaV1 } from "@standard-schema/spec"

import type { Coded, PayloadCodec } from "./codec.ts"
import { deepFreeze } from "./deep-freeze.ts"
import { DefinitionError } from "./definition-error.ts"
import { dotted } from "./field-error.ts"
import { coded } from "./json-codec.ts"

/** A Standard Schema validates what comes in. Its output is stored as it is and never validated again: a transform would run twice. */
export function standardCodec(type: string, schema: StandardSchemaV1): PayloadCodec {
  const validate = (input: unknown): Coded => {
    const result = schema["~standard"].validate(input)
    if (result instanceof Promise) {
      result.catch(() => {})
      throw new DefinitionError(
        `the schema of ${type} validates asynchronously: messages are checked where they are made, so give it synchronous checks only, and do the rest before`,
      )
    }
    if (result.issues === undefined) return coded(result.value)
    return { ok: false, errors: result.issues.map(({ path, message }) => ({ path: dotted(path), message })) }
  }
  return {
    make: validate,
    parse: validate,
    decode(stored) {
      deepFreeze(stored)
      return { ok: true, payload: stored }
    },
  }
}
