import * as Schema from "effect/Schema"

import { isSpan } from "./span.ts"

const SPAN = "a span from 1ms to 366d: a number of seconds, or a text such as 500ms, 60s, 5m"

/** A span: whole or broken seconds, as Lightbus has them, or a text such as `500ms`, `60s`, `5m`. */
const Span = Schema.Union([
  Schema.Finite.check(Schema.isGreaterThan(0), Schema.makeFilter(isSpan, { expected: SPAN })),
  Schema.String.check(Schema.isPattern(/^\d+(\.\d+)?\s*(ms|s|m|h|d)$/), Schema.makeFilter(isSpan, { expected: SPAN })),
])

const Url = Schema.String.check(
  Schema.isPattern(/^(memory|sqlite|postgres|postgresql|redis|rediss|mongodb|mongodb\+srv):/),
)

const StreamUse = Schema.Literals(["per_api", "per_event"])

const Transport = Schema.Struct({
  url: Schema.optionalKey(Url.annotate({ description: "The storage's URL." })),
})

const EventTransport = Schema.Struct({
  url: Schema.optionalKey(
    Url.annotate({
      description:
        "The storage's URL. All of a service's URLs have to be the same: events, schemas and progress are one log.",
    }),
  ),
  batch_size: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 })).annotate({
      description: "The most events that a listener is handed at a time. Default: as many as the runtime finds good.",
    }),
  ),
  max_stream_length: Schema.optionalKey(
    Schema.NullOr(Schema.Int.check(Schema.isGreaterThan(0))).annotate({
      description:
        "How many events a stream keeps, about: older ones are removed once every group has settled them. `null`: all events are kept. Default: `null`.",
    }),
  ),
  stream_use: Schema.optionalKey(
    StreamUse.annotate({
      description:
        "`per_api`: one order for all events of the API; `per_event`: one for each event. Default: `per_api`.",
    }),
  ),
  acknowledgement_timeout: Schema.optionalKey(
    Span.annotate({
      description:
        "How long an event that nobody acknowledged waits until another process gets it. Extended by itself while its handler runs. Only in `default`. Default: 60 seconds.",
    }),
  ),
  reclaim_interval: Schema.optionalKey(
    Span.annotate({
      description: "How often a process that nothing wakes looks for events. Only in `default`. Default: 1 second.",
    }),
  ),
})

/** One transport, by its kind. */
const byKind = <S extends Schema.Constraint>(of: S) =>
  Schema.Struct({
    redis: Schema.optionalKey(of),
    postgres: Schema.optionalKey(of),
    sqlite: Schema.optionalKey(of),
    mongodb: Schema.optionalKey(of),
    memory: Schema.optionalKey(of),
  })

const Validate = Schema.Union([
  Schema.Boolean,
  Schema.Struct({
    outgoing: Schema.optionalKey(
      Schema.Boolean.annotate({ description: "Fired events have to fit their definition. Default: true." }),
    ),
    incoming: Schema.optionalKey(
      Schema.Boolean.annotate({
        description: "Arriving events have to; otherwise they are handled and marked as not valid. Default: true.",
      }),
    ),
  }),
])

const ApiConfig = Schema.Struct({
  validate: Schema.optionalKey(
    Validate.annotate({ description: "Validation, both ways or one by one. Default: true." }),
  ),
  strict_validation: Schema.optionalKey(
    Schema.Boolean.annotate({
      description: "Arriving events may have no parameters that their definition does not know. Default: false.",
    }),
  ),
  on_error: Schema.optionalKey(
    Schema.Literals(["shutdown", "acknowledge_and_log", "park"]).annotate({
      description: "What happens when a listener fails that does not say otherwise. Default: `shutdown`.",
    }),
  ),
  event_transport: Schema.optionalKey(byKind(EventTransport)),
})

/** The truth about config files: types, defaults, the table in the guide and the JSON Schema come from here. */
export const ConfigSchema = Schema.Struct({
  service_name: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "Names the service." })),
  process_name: Schema.optionalKey(
    Schema.NonEmptyString.annotate({
      description:
        "Names this process: `{hostname} {pid} {service_name} {random4}` are filled in. Default: `{random4}`.",
    }),
  ),
  app: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "The file that `millrace run` loads." })),
  backend: Schema.optionalKey(Url.annotate({ description: "The storage's URL, in place of those of the transports." })),
  max_shutdowns: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 })).annotate({
      description: "How often one event may shut the service down before it is parked. Default: 3.",
    }),
  ),
  bus: Schema.optionalKey(
    Schema.Struct({
      schema: Schema.optionalKey(
        Schema.Struct({
          transport: Schema.optionalKey(
            byKind(Transport).annotate({ description: "Where schemas are published: the same log as events." }),
          ),
        }),
      ),
    }),
  ),
  apis: Schema.optionalKey(
    Schema.Record(Schema.String, ApiConfig).annotate({
      description: "How APIs are treated: `default` for all, each API by its name over it, key by key.",
    }),
  ),
})

/** A config file's content. */
export type ConfigFile = typeof ConfigSchema.Type
/** One API of a config file. */
export type ApiConfigFile = NonNullable<ConfigFile["apis"]>[string]
