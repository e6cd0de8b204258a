import type { Decider } from "../../decider/decider.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { ProjectorSpec } from "./projector-spec.ts"

const NONE: ReadonlyMap<string, never> = new Map<string, never>()

/** A projector's way to fold a stream, as a decider without commands. */
export function historyDecider({ name, source, evolves }: ProjectorSpec): Decider {
  if (source.kind !== "history") throw new DefinitionError(`${name} loads its state: it is not rebuilt from history`)
  return { name, initial: source.initial, evolves, eventTypes: NONE, decides: NONE }
}
