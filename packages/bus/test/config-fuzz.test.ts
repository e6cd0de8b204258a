import { deepEqual, equal, ok } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"

import fc from "fast-check"
import { describe, it, onTestFinished } from "vitest"
import { stringify } from "yaml"

import type { Config } from "../src/config/config.ts"
import { ConfigError, loadConfig, maskUrls } from "../src/config/index.ts"
import { configOf } from "../src/config/load-config.ts"
import { objectSource, textSource } from "../src/config/source.ts"
import { settingsOf } from "../src/settings.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const numRuns = deep ? 20_000 : 200
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** In every URL that is made here. */
const SECRET = "hunter2-s3cr3t"
/** The longest span that is taken, and a bound that nothing reasonable passes. */
const MOST_MS = 366 * 86_400_000

const KEYS = [
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

const HOSTILE = [
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

const url = fc.oneof(
  fc.constantFrom("memory:", "sqlite:app.db", "sqlite::memory:"),
  fc
    .tuple(
      fc.constantFrom("postgres", "redis", "rediss", "mongodb", "mongodb+srv", "POSTGRES", "http", "", "redi"),
      fc.constantFrom("shop", "", "sh%zzop"),
      fc.constantFrom("127.0.0.1:1", "[zz]", "", "h:999999", "h/x y"),
    )
    .map(([scheme, user, host]) => `${scheme}://${user}:${SECRET}@${host}`),
)

const value = fc.oneof(
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

const content: fc.Arbitrary<unknown> = fc.oneof(
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

/** A config, or what is said of why it is none. Anything but an error of ours is a defect. */
function tried(load: () => Config): Config | string {
  try {
    return load()
  } catch (error) {
    ok(error instanceof ConfigError, `not an error of ours: ${inspect(error)}`)
    ok(error.problems.length > 0, "it says of nothing what is wrong")
    for (const { message } of error.problems) ok(message.length > 0, "a problem says nothing")
    const shown = [error.message, inspect(error, { depth: 12, showHidden: true }), JSON.stringify(error)].join("\n")
    ok(!shown.includes(SECRET), `the password is shown: ${shown}`)
    return error.message
  }
}

/** What is taken means what it says. */
function holds(config: Config, given: unknown): void {
  const file: Readonly<Record<string, unknown>> = isObject(given) ? given : {}
  equal(config.service, file["service_name"])
  equal(config.processName, file["process_name"])
  equal(config.maxShutdowns, file["max_shutdowns"])
  for (const ms of [config.acknowledgementTimeoutMs, config.pollMs])
    ok(ms === undefined || (Number.isSafeInteger(ms) && ms > 0 && ms <= MOST_MS), `a span of ${ms} ms`)
  deepEqual(Object.keys(config.settings).toSorted(), isObject(file["apis"]) ? Object.keys(file["apis"]).toSorted() : [])
  for (const name of Object.keys(config.settings)) settingsOf(config.settings, name)
  ok(!JSON.stringify(maskUrls(config)).includes(SECRET), "a masked config shows the password")
}

function isObject(one: unknown): one is Readonly<Record<string, unknown>> {
  return typeof one === "object" && one !== null
}

describe("a config made by chance", () => {
  it("is taken as it means, or refused with all that is wrong, as an object [L8.c]", { timeout: TIMEOUT_MS }, () => {
    let tries = 0
    fc.assert(
      fc.property(content, (given) => {
        tries += 1
        const config = tried(() => configOf(objectSource(given), {}))
        if (typeof config !== "string") holds(config, given)
      }),
      { seed, numRuns },
    )
    equal(tries, numRuns)
  })
  it("is the same as YAML, as JSON and as an object", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(content, (given) => {
        const json = JSON.stringify(given) ?? "null"
        const config = tried(() => configOf(objectSource(JSON.parse(json)), {}))
        const fromJson = tried(() => configOf(textSource("c.json", json), {}))
        if (typeof config === "string") ok(typeof fromJson === "string", `taken as JSON, refused as an object: ${json}`)
        else deepEqual(fromJson, config)
        tried(() => configOf(textSource("c.yaml", stringify(JSON.parse(json))), {}))
      }),
      { seed, numRuns },
    )
  })
  it("is refused with a ConfigError when its text is none", { timeout: TIMEOUT_MS }, () => {
    let tries = 0
    const piece = fc.oneof(
      fc.constantFrom(...KEYS),
      fc.constantFrom(
        ": ",
        "\n",
        "\n  ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "? ",
        "| ",
        "> ",
        "---\n",
        "...\n",
        "!!map ",
        "!!binary x",
        "%YAML 9\n",
        "\t",
        "#",
        "<<: *a",
        "'",
        '"',
        "\u0000",
        "\ufeff",
      ),
      fc.constantFrom(...HOSTILE),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        tries += 1
        tried(() => configOf(textSource("c.yaml", pieces.join("")), {}))
      }),
      { seed, numRuns },
    )
    equal(tries, numRuns)
  })
  it("is overridden by variables with any name and value, or they are refused by name", { timeout: TIMEOUT_MS }, () => {
    let tries = 0
    const name = fc.array(fc.oneof(fc.constantFrom(...KEYS), fc.constantFrom(...HOSTILE)), { maxLength: 5 })
    fc.assert(
      fc.property(content, name, fc.oneof(value.map(String), url), (given, path, text) => {
        tries += 1
        tried(() => configOf(objectSource(given), { [`MILLRACE__${path.join("__").toUpperCase()}`]: text }))
      }),
      { seed, numRuns },
    )
    equal(tries, numRuns)
  })
})

describe("a config that is made to do harm", () => {
  const many = 100_000
  const bomb = [
    "a: &a [x, x, x, x, x, x, x, x, x]",
    ...Array.from(
      { length: 9 },
      (_, at) =>
        `${"bcdefghij"[at]}: &${"bcdefghij"[at]} [${Array.from({ length: 9 }, () => `*${"abcdefghi"[at]}`).join(", ")}]`,
    ),
  ].join("\n")
  for (const [what, text] of [
    ["of aliases that multiply", bomb],
    ["that contains itself", "apis: &a\n  default: *a\n"],
    ["of an alias that nobody has", "apis: *nobody\n"],
    ["of very many open brackets", "[".repeat(many)],
    ["of very deep maps", `${"{a: ".repeat(2_000)}1${"}".repeat(2_000)}`],
    ["of very deep lists", `${"[".repeat(2_000)}${"]".repeat(2_000)}`],
    ["that merges itself", "apis: &a\n  <<: *a\n"],
    ["of a key that is a map", "? {a: 1}\n: 2\n"],
    ["of two documents", "a: 1\n---\nb: 2\n"],
    ["of a number that no number holds", "max_shutdowns: 123456789012345678901234567890\n"],
    ["of a list", "- 1\n- 2\n"],
    ["of a text", "hello\n"],
  ] as const) {
    it(`is refused: one ${what}`, () => {
      equal(typeof tried(() => configOf(textSource("c.yaml", text), {})), "string")
    })
  }
  for (const [what, text] of [
    ["that throws", "throw new Error('no')"],
    ["that is no module", "export default {"],
    ["that imports what is not there", "import 'not-there-at-all'\nexport default {}"],
    ["without a default", "export const a = 1"],
    ["that exports a promise that fails", "export default Promise.reject(new Error('no'))"],
    ["that exports a function", "export default () => ({})"],
    ["that exports a number too large", "export default { max_shutdowns: 10n }"],
    ["that exports what contains itself", "const a = { apis: {} }\na.apis.default = a\nexport default a"],
    ["whose values throw", "export default { get backend() { throw new TypeError('no') } }"],
    ["that has a syntax error", "export default { a: : }"],
  ] as const) {
    it(`is refused: a module ${what}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "millrace-config-"))
      onTestFinished(() => rm(folder, { recursive: true }))
      const file = join(folder, "config.ts")
      await writeFile(file, text)
      const made = await loadConfig(file, { environment: {} }).then(
        (config) => () => config,
        (error: unknown) => () => {
          throw error
        },
      )
      equal(typeof tried(made), "string")
    })
  }
  for (const name of [
    "not-there.yaml",
    "not-there.ts",
    "a\u0000b.yaml",
    "a\u0000b.ts",
    "",
    ".",
    "/",
    "x".repeat(10_000),
    "file:///x.ts",
    "%zz.ts",
  ]) {
    it(`is refused: one in a file called ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const made = await loadConfig(name, { environment: {} }).then(
        (config) => () => config,
        (error: unknown) => () => {
          throw error
        },
      )
      equal(typeof tried(made), "string")
    })
  }
})
