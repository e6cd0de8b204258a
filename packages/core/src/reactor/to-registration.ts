import { registerReactor } from "./low-level/register-reactor.ts"
import type { Reactor } from "./reactor.ts"
import { type Registration, REGISTRATION, type Registrable } from "./registration.ts"

/**
 * Something was registered that can handle nothing.
 * @remedy Register actors, projectors, handlers, or an object with a name and `handle`.
 */
export class NotAReactor extends Error {
  override readonly name = "NotAReactor"
  readonly code = "not-a-reactor"

  constructor(value: unknown, why: string) {
    super(
      `${shown(value)} is not a reactor: ${why}. Register an actor, a projector, a handler, or an object with name, handledMessages and handle (or handleBatch)`,
    )
  }
}

/** Whatever can be registered. */
export type AnyReactor = Registrable | Reactor

/** What the runtime needs of a reactor. Throws `NotAReactor` for anything else. */
export function toRegistration(value: unknown): Registration {
  if (isRegistrable(value)) return value[REGISTRATION]
  if (isLowLevel(value)) return registerReactor(value)
  throw new NotAReactor(value, lackOf(value) ?? "its fields do not fit")
}

/** Whether a value can be registered. */
export function isReactor(value: unknown): value is AnyReactor {
  return isRegistrable(value) || isLowLevel(value)
}

/** The registration of a reactor. */
export function registrationOf(reactor: AnyReactor): Registration {
  return toRegistration(reactor)
}

function isRegistrable(value: unknown): value is Registrable {
  return isObject(value) && REGISTRATION in value
}

function isLowLevel(value: unknown): value is Reactor {
  return lackOf(value) === undefined
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null
}

/** What a value lacks to be a low-level reactor. */
function lackOf(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object"
  const name: unknown = "name" in value ? value.name : undefined
  const handled: unknown = "handledMessages" in value ? value.handledMessages : undefined
  const handle: unknown = "handle" in value ? value.handle : undefined
  const handleBatch: unknown = "handleBatch" in value ? value.handleBatch : undefined
  if (typeof name !== "string" || name === "") return "it has no name, which would be its consumer group's"
  if (!Array.isArray(handled)) return "it has no list handledMessages of message definitions or type names"
  const strange = handled.findIndex((one: unknown) => !isTypeOrDefinition(one))
  if (strange >= 0) return `handledMessages[${strange}] is neither a message definition nor a type name`
  if (typeof handle !== "function" && typeof handleBatch !== "function") return "it has neither handle nor handleBatch"
  if (handle !== undefined && handleBatch !== undefined) return "it has both handle and handleBatch: keep one"
  return undefined
}

function isTypeOrDefinition(value: unknown): boolean {
  if (typeof value === "string") return value !== ""
  return isObject(value) && "type" in value && typeof value.type === "string"
}

function shown(value: unknown): string {
  if (typeof value === "function") return value.name === "" ? "a function" : `function ${value.name}`
  if (typeof value !== "object" || value === null) return String(value)
  if ("name" in value && typeof value.name === "string") return `object ${value.name}`
  return value.constructor === Object
    ? `object with keys ${Object.keys(value).join(", ") || "(none)"}`
    : `a ${value.constructor.name}`
}
