import * as Schema from "effect/Schema"

/** What a write came to. */
export const PENDING = 0
export const ACKNOWLEDGED = 1
/** The process was full, and said so. */
export const REFUSED = 2
export const FAILED = 3

/** What a flooded process tells when each of its writes has come to something. */
export const Flooded = Schema.Struct({
  /** One for each write, by number. */
  outcomes: Schema.instanceOf(Uint8Array),
  /** The first that failed in any other way than by a refusal. */
  failure: Schema.optionalKey(Schema.String),
  /** Whether a write that came afterwards, and was awaited, was taken. */
  open: Schema.Boolean,
  /** The most memory it ever held, and what it held before the first write, in bytes. */
  peakBytes: Schema.Finite,
  beforeBytes: Schema.Finite,
  cpuMs: Schema.Finite,
  wallMs: Schema.Finite,
})

export type Flooded = typeof Flooded.Type
