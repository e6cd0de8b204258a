import type { Decider } from "../decider/decider.ts"
import type { MessageId, Position, Version } from "../message/ids.ts"
import type { Json } from "../message/json.ts"

/** A snapshot as a keyed document holds it. */
export interface KeptSnapshot {
  /** What the actor's snapshots had for a version when it was taken, and what stood for its functions. */
  readonly version: number
  readonly fingerprint: string
  /** The version of its stream that the state stands at, and the position and id of that event. */
  readonly at: Version
  readonly position: Position
  readonly last: MessageId
  readonly state: Json
}

/** The collection that holds the snapshots of an actor, each under its stream's id. */
export function snapshotCollection({ name }: Pick<Decider, "name">): string {
  return `snapshot:${name}`
}

/** A snapshot as a document's value. */
export function snapshotDocument({ version, fingerprint, at, position, last, state }: KeptSnapshot): Json {
  return { version, fingerprint, at, position, last, state }
}

/** The snapshot in a document; `undefined` where it holds something else. */
export function snapshotIn(value: Json): KeptSnapshot | undefined {
  if (typeof value !== "object" || value === null || !("state" in value)) return undefined
  const { version, fingerprint, at, position, last, state } = value
  if (typeof version !== "number" || typeof at !== "number" || typeof position !== "number") return undefined
  if (typeof fingerprint !== "string" || typeof last !== "string" || state === undefined) return undefined
  return { version, fingerprint, at, position, last, state }
}
