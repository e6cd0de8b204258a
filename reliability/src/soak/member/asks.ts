import * as Schema from "effect/Schema"

/** What a member of the crew is asked, and what it answers. */
export const Ask = Schema.Union([
  Schema.Struct({ ask: Schema.Literal("closed"), orders: Schema.Int, callers: Schema.Int }),
  Schema.Struct({ ask: Schema.Literal("steady"), forMs: Schema.Number, perSecond: Schema.Number }),
  Schema.Struct({ ask: Schema.Literal("look"), collect: Schema.Boolean }),
  Schema.Struct({ ask: Schema.Literal("stats") }),
  Schema.Struct({ ask: Schema.Literal("trim"), keep: Schema.Int }),
  Schema.Struct({ ask: Schema.Literal("books") }),
  Schema.Struct({ ask: Schema.Literal("stop") }),
])
export type Ask = typeof Ask.Type

/** How many orders were acknowledged so far, and what others failed with. */
export const Sent = Schema.Struct({ orders: Schema.Int, failed: Schema.Array(Schema.String) })

export const Look = Schema.Struct({
  rss: Schema.Number,
  /** After a collection of garbage, where one was asked for. */
  heap: Schema.NullOr(Schema.Number),
  /** Latencies since the last look, in microseconds, as a compressed HDR histogram. */
  stored: Schema.String,
  handled: Schema.String,
})

export const Stats = Schema.Struct({
  head: Schema.Int,
  messages: Schema.Int,
  schedules: Schema.Int,
  lag: Schema.Array(Schema.Tuple([Schema.String, Schema.Int])),
  retrying: Schema.Int,
  parked: Schema.Int,
  stopped: Schema.Array(Schema.String),
})

export const Trimmed = Schema.Struct({ removed: Schema.Int })

export const BookList = Schema.Array(
  Schema.Tuple([Schema.String, Schema.Array(Schema.Tuple([Schema.String, Schema.Unknown]))]),
)
