import type { Registrable } from "../registration.ts"

/** Where a projector keeps how its states are stored. */
export const PROJECTION: unique symbol = Symbol.for("millrace.projection")

/** How a projector's states are stored. */
export interface ProjectionFacts {
  /** The collection of Millrace's keyed documents that holds the states of a projector without `sync`, by stream id (or key). */
  readonly collection: string
  /** Whether Millrace keeps the states. False: the projector saves them itself, with `sync`. */
  readonly kept: boolean
}

/** Any projector, by what it carries. */
export interface AnyProjector<State = unknown> extends Registrable {
  readonly name: string
  readonly [PROJECTION]: ProjectionFacts
  /** Never set: carries types. */
  readonly "~projector"?: { readonly state: State }
}

/** The state of a projector. */
export type ProjectionStateOf<P extends AnyProjector> = NonNullable<P["~projector"]>["state"]
