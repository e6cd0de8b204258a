import * as Schema from "effect/Schema"

/** What a projection has kept of a stream: how many messages came, the number of the last, and how many came out of turn. They outlive the messages, which retention takes. */
export const Book = Schema.Struct({ count: Schema.Int, last: Schema.Int, wrong: Schema.Int })

export type Book = typeof Book.Type

/** By stream, by name of the projection. */
export type Books = ReadonlyMap<string, ReadonlyMap<string, unknown>>

export const bookNames = ["placed", "shipped", "reminded"] as const
