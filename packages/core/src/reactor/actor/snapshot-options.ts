import type { SnapshotRules } from "../../decider/decider.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { EffectSchema, OutputOf, PayloadSchema } from "../../message/payload-schema.ts"
import { stateCodecOf } from "../../message/state-codec.ts"
import type { Storable } from "../../message/storable.ts"

/** How many events lie between two snapshots of a stream, unless the actor says otherwise. */
export const SNAPSHOT_EVERY = 1_000

/** Keeps states beside their streams, so that a process that does not remember one need not read the whole stream. */
export interface SnapshotOptions<State, S extends PayloadSchema = PayloadSchema> {
  /**
   * A whole number from 1. Raise it with every change of the state's shape or of what an evolve function makes of an event: snapshots of another version are not
   * used, and streams are read whole until there are new ones.
   */
  readonly version: number
  /** What the state looks like. What does not come back from it unchanged is never kept. */
  readonly schema: S & RefuseUnfit<S, State>
  /** A snapshot is taken each time a stream's version passes a multiple of this. Default 1,000. */
  readonly every?: number
}

/** Refuses a schema that the state does not fit, or that gives something else back. */
export type RefuseUnfit<S extends PayloadSchema, State> = [S] extends [EffectSchema]
  ? RefuseOther<S, State>
  : [Storable<OutputOf<S>>] extends [true]
    ? RefuseOther<S, State>
    : {
        readonly refused: "the output of this schema can not be stored as JSON: use an Effect Schema, which encodes Dates and the like, or keep the state plain"
      }

type RefuseOther<S extends PayloadSchema, State> = [State] extends [OutputOf<S>]
  ? [OutputOf<S>] extends [AsRead<State>]
    ? unknown
    : { readonly refused: "this schema gives back something else than the actor's state: describe every field of it" }
  : { readonly refused: "the actor's state does not fit this schema: describe the state as it is" }

/** A state as a schema may type it: read-only, and with fields that may be absent or undefined alike. */
export type AsRead<T> = T extends readonly (infer Item)[]
  ? readonly AsRead<Item>[]
  : T extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ((...args: never) => unknown)
    ? T
    : T extends object
      ? { readonly [K in keyof T]: AsRead<T[K]> | (undefined extends T[K] ? undefined : never) }
      : T

/** What `.snapshot` of an actor's options means. Throws `DefinitionError`. */
export function snapshotRules(
  actor: string,
  options: { readonly version: number; readonly schema: PayloadSchema; readonly every?: number },
): SnapshotRules {
  const { version, every = SNAPSHOT_EVERY, schema } = options
  requireCount(actor, "version", version)
  requireCount(actor, "every", every)
  return { version, every, codec: stateCodecOf(`the snapshot of ${actor}`, schema) }
}

function requireCount(actor: string, option: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new DefinitionError(`the snapshot of ${actor} has ${option}: ${value}, and needs a whole number from 1`)
}
