import { DefinitionError } from "../message/definition-error.ts"
import type { AnyEvent } from "../message/definition.ts"
import type { Draft } from "../message/draft.ts"
import { encodeMessage } from "../message/encode.ts"
import type { JsonObject } from "../message/json.ts"
import { shapeOf } from "../message/shape.ts"
import { recorded } from "./recorded.ts"
import { runMessage } from "./run-message.ts"
import { runStream, runTypesOf } from "./run-types.ts"
import { canonical } from "./step-key.ts"

/** What a run's messages need to know of its workflow. */
interface Named {
  readonly name: string
  readonly version: number
}

type RunDraft = Draft<string, JsonObject, "event">

/** The message that starts a run. Its input is in canonical form, so that a second start with equal input is known for a repetition. */
export function startMessage({ name, version }: Named, id: string, input: unknown): RunDraft {
  const given = recorded(`the input of ${name}`, input)
  return runMessage("event", runTypesOf(name).started, streamOf(name, id), {
    input: given === undefined ? undefined : canonical(given),
    version,
  })
}

/** The message that brings a run an event. Throws `InvalidPayload`. */
export function signalMessage({ name }: Named, id: string, event: AnyEvent, input: unknown): RunDraft {
  const stream = streamOf(name, id)
  const { payload, metadata } = encodeMessage(event.build(stream, input))
  const fields = { type: event.type, payload, shape: shapeOf(metadata) }
  return runMessage("event", runTypesOf(name).signalled, stream, fields)
}

/** The message that asks a run to end. */
export function cancelMessage({ name }: Named, id: string, reason: string | undefined): RunDraft {
  return runMessage("event", runTypesOf(name).cancelRequested, streamOf(name, id), { reason })
}

function streamOf(name: string, id: string): string {
  if (typeof id === "string" && id !== "") return runStream(name, id)
  throw new DefinitionError(`a run of ${name} needs an id: a string that is not empty`)
}
