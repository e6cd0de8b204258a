import {
  type AnyMessage,
  DefinitionError,
  type Draft,
  event,
  type FieldError,
  InvalidPayload,
  isEffectSchema,
  isPayloadSchema,
  type PayloadSchema,
  type StoredMessage,
  structOf,
  UndecodablePayload,
} from "@millrace/core"

import { anyJson } from "./any-json.ts"
import { checkAgain } from "./check-again.ts"
import type { EventShape } from "./parameters.ts"

/** An event's definition as it is used without its types. */
export interface AnyDefinition {
  readonly type: string
  readonly build: (streamId: string, input?: unknown) => Draft
  readonly decode: (stored: StoredMessage) => StoredMessage<string, unknown>
}

/** What the bus knows of an event: how it is made, and how it is read. */
export interface EventOnBus {
  readonly definition: AnyDefinition
  /** The schema of the whole payload. */
  readonly schema: PayloadSchema
  /** What it was defined by. */
  readonly shape: EventShape
  /** Makes an event that fits its definition. Throws `InvalidPayload`, which names each wrong, missing or unknown parameter. */
  make(streamId: string, payload: unknown): AnyDraft
  /** Makes an event whatever its validity, as long as JSON can hold it. */
  makeUnchecked(streamId: string, payload: unknown): AnyDraft
  /** Reads a stored event. `strict`: parameters that the definition does not know make it invalid. */
  read(stored: StoredMessage, how: { readonly strict: boolean }): ReadEvent
}

type AnyDraft = Draft & AnyMessage

/** An event from the log, or what is wrong with it. */
export type ReadEvent =
  | { readonly valid: true; readonly message: StoredMessage<string, unknown> }
  | { readonly valid: false; readonly errors: readonly FieldError[] }

/** Defines one event of an API. */
export function eventOnBus(api: string, key: string, shape: EventShape): EventOnBus {
  if (!/^[a-z][a-z0-9_]*$/i.test(key)) {
    throw new DefinitionError(`${key} can not be the name of an event of ${api}: take letters, digits and underscores`)
  }
  const type = `${api}.${snakeCase(key)}`
  const parameters = isPayloadSchema(shape) ? undefined : new Set(Object.keys(shape))
  const schema = isPayloadSchema(shape) ? shape : structOf(type, shape)
  const definition: AnyDefinition = event(type, schema)
  const unchecked: AnyDefinition = event(type, anyJson)
  const again = isEffectSchema(schema) ? undefined : checkAgain(type, schema)

  return {
    definition,
    schema,
    shape,
    make(streamId, payload = {}) {
      const unknown = unknownParameters(parameters, payload)
      const draft = built(definition, streamId, payload, unknown)
      again?.made(streamId, draft.payload)
      return draft
    },
    makeUnchecked: (streamId, payload = {}) => unchecked.build(streamId, payload),
    read(stored, { strict }) {
      const unknown = strict ? unknownParameters(parameters, stored.payload) : []
      const errors = [...unknown, ...(again?.errorsOf(stored.payload) ?? [])]
      if (errors.length > 0) return { valid: false, errors }
      try {
        return { valid: true, message: definition.decode(stored) }
      } catch (error) {
        if (error instanceof UndecodablePayload) return { valid: false, errors: error.errors }
        throw error
      }
    },
  }
}

/** Makes the event, and tells of unknown parameters together with what else is wrong. */
function built(
  definition: AnyDefinition,
  streamId: string,
  payload: unknown,
  unknown: readonly FieldError[],
): AnyDraft {
  try {
    const draft = definition.build(streamId, payload)
    if (unknown.length === 0) return draft
  } catch (error) {
    if (!(error instanceof InvalidPayload)) throw error
    throw new InvalidPayload(definition.type, streamId, [...unknown, ...error.errors])
  }
  throw new InvalidPayload(definition.type, streamId, unknown)
}

function unknownParameters(known: ReadonlySet<string> | undefined, payload: unknown): readonly FieldError[] {
  if (known === undefined || typeof payload !== "object" || payload === null) return []
  return Object.keys(payload)
    .filter((name) => !known.has(name))
    .map((name) => ({ path: name, message: `no such parameter: there is ${[...known].join(", ") || "none"}` }))
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
