import fc from "fast-check"

/** In every URL that is made here. */
export const SECRET = "hunter2-s3cr3t"
/** Keys that a config may have, wherever it may. */
export const KEYS = [
  "service_name",
  "process_name",
  "app",
  "backend",
  "max_shutdowns",
  "bus",
  "apis",
  "schema",
  "transport",
  "url",
  "default",
  "validate",
  "outgoing",
  "incoming",
  "strict_validation",
  "on_error",
  "event_transport",
  "redis",
  "postgres",
  "sqlite",
  "mongodb",
  "memory",
  "batch_size",
  "max_stream_length",
  "stream_use",
  "acknowledgement_timeout",
  "reclaim_interval",
  "plugins",
  "log_level",
  "rpc_timeout",
  "cast_values",
  "consumer_ttl",
] as const

/** Texts that have once been trouble somewhere. */
export const HOSTILE = [
  "",
  " ",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "a.b",
  "$ref",
  "\u0000",
  "a\u0000b",
  "é",
  "👩‍👩‍👧",
  "\ud800",
  "null",
  "~",
  "<<",
  "*a",
  "&a",
  "!!js/function",
  "'",
  '"',
  "'; DROP TABLE x; --",
  "x".repeat(10_000),
] as const

/** A store's URL, or nearly one. */
export const url = fc.oneof(
  fc.constantFrom("memory:", "sqlite:app.db", "sqlite::memory:"),
  fc
    .tuple(
      fc.constantFrom("postgres", "redis", "rediss", "mongodb", "mongodb+srv", "POSTGRES", "http", "", "redi"),
      fc.constantFrom("shop", "", "sh%zzop"),
      fc.constantFrom("127.0.0.1:1", "[zz]", "", "h:999999", "h/x y"),
    )
    .map(([scheme, user, host]) => `${scheme}://${user}:${SECRET}@${host}`),
)

/** A value of a config, whether it fits or not. */
export const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1,
    3,
    0.5,
    1e308,
    -0,
    5e-324,
    10_001,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "per_api",
    "per_event",
    "shutdown",
    "park",
    "acknowledge_and_log",
    "60s",
    "0s",
    "0.1ms",
    "1.5h",
    "5 m",
    "99999999999999999999d",
    "-5s",
    "1e3s",
    [],
    {},
  ),
  fc.constantFrom(...HOSTILE),
  url,
  fc.string({ unit: "binary", maxLength: 20 }),
)

const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
)

/** Nearly right: the shape of a config, with values that may not fit. */
const transport = fc.record(
  {
    url,
    batch_size: value,
    max_stream_length: value,
    stream_use: fc.constantFrom("per_api", "per_event"),
    acknowledgement_timeout: value,
    reclaim_interval: value,
  },
  { requiredKeys: [] },
)
const likely = fc.record(
  {
    service_name: value,
    process_name: value,
    backend: url,
    max_shutdowns: value,
    apis: fc.dictionary(
      fc.oneof(fc.constantFrom("default", "auth"), fc.constantFrom(...HOSTILE)),
      fc.record(
        {
          validate: fc.oneof(value, fc.record({ incoming: fc.boolean() })),
          on_error: fc.constantFrom("shutdown", "park", "never"),
          event_transport: fc.record({ redis: transport, sqlite: transport }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
      { maxKeys: 3, noNullPrototype: true },
    ),
  },
  { requiredKeys: [] },
)

/** What a config file holds: nearly a config, or anything. */
export const content: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: likely },
  {
    weight: 2,
    arbitrary: fc.letrec<{ readonly tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        value,
        fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
        fc.array(tie("tree"), { maxLength: 2 }),
      ),
    })).tree,
  },
)
