declare const brand: unique symbol

/** Names one stream. Calls accept a plain string; what comes back is branded. */
export type StreamId = string & { readonly [brand]?: "StreamId" }

/** Names one message, unique in its log. A UUID: version 7 when made by a caller, version 8 when derived by the runtime. */
export type MessageId = string & { readonly [brand]?: "MessageId" }

/** A message's place in the log: a whole number from 1, rising in commit order. 0 means "before the first message". */
export type Position = number

/** A stream's count of events: 1, 2, 3 … without gaps. 0 means that the stream holds no event. */
export type Version = number

/** An instant in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number
