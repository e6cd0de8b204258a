/**
 * A definition (of a message, an actor, a projector, a handler) that can not work: thrown where it is written.
 * @remedy Correct the definition where the error points.
 */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError"
  readonly code = "definition-error"
}
