import * as Schema from "effect/Schema"

/**
 * What a client says of what it does, a line each, before it does it and after it has been answered. `sent`: ids that are about to be given to the
 * storage. `stored`: it was answered that they are there. `refused`: it was answered that they are not and never will be. Without either: unknown.
 */
export const Entry = Schema.Struct({
  say: Schema.Literals(["sent", "stored", "refused", "ready"]),
  ids: Schema.Array(Schema.String),
  why: Schema.optionalKey(Schema.String),
})

export type Entry = typeof Entry.Type

/** What all clients of a run have said of an id. */
export type Standing = "sent" | "stored" | "refused"

export const decodeEntry = Schema.decodeUnknownSync(Schema.fromJsonString(Entry))
