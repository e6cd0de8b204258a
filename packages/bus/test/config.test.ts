import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, it, onTestFinished } from "vitest"

import type { Config } from "../src/config/config.ts"
import { ConfigError, configJsonSchema, configTable, loadConfig, maskUrl, maskUrls } from "../src/config/index.ts"
import { configOf } from "../src/config/load-config.ts"
import { textSource } from "../src/config/source.ts"
import { settingsOf } from "../src/settings.ts"

const LIGHTBUS = new URL("./fixtures/lightbus.yaml", import.meta.url).pathname

function load(text: string, environment: Readonly<Record<string, string>> = {}): Config {
  return configOf(textSource("millrace.yaml", text), environment)
}

function problems(text: string, environment: Readonly<Record<string, string>> = {}): string {
  try {
    load(text, environment)
  } catch (error) {
    ok(error instanceof ConfigError)
    return error.message
  }
  throw new Error("the config was taken")
}

async function written(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-config-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe("a config", () => {
  it("is loaded from Lightbus' own example as it stands [L8.a L8.b]", async () => {
    const config = await loadConfig(LIGHTBUS, { environment: {} })
    deepEqual(config, {
      backend: "redis://redis_host:6379/0",
      settings: {
        default: {
          validate: { outgoing: true, incoming: false },
          streamUse: "per_api",
          batchSize: 1,
          maxStreamLength: null,
        },
      },
    })
  })

  it("is refused where its schema's URL and its events' differ [L8.b]", async () => {
    const text = (await readText(LIGHTBUS)).replace("redis_host:6379/0", "other:secret@redis_host:6379/1")
    match(
      problems(text),
      /^millrace\.yaml:7:9: bus\.schema\.transport\.redis\.url: redis:\/\/other:\*\*\*@redis_host:6379\/1 differs from .* give one URL$/,
    )
  })

  it("may be YAML, JSON or a module [L8.a]", async () => {
    const content = { service_name: "mailer", backend: "sqlite:mail.db" }
    const expected = { service: "mailer", backend: "sqlite:mail.db", settings: {} }
    const files = [
      ["millrace.yaml", "service_name: mailer\nbackend: sqlite:mail.db\n"],
      ["millrace.json", JSON.stringify(content)],
      ["millrace.config.ts", `const config: object = ${JSON.stringify(content)}\nexport default config\n`],
    ] as const
    for (const [name, text] of files)
      deepEqual(await loadConfig(await written(name, text), { environment: {} }), expected, name)
    deepEqual(await loadConfig(content, { environment: {} }), expected)
  })

  it("names unknown keys by line and column, with the nearest known key [L8.c lesson 42]", () => {
    const text = [
      "apis:",
      "  default:",
      "    event_transport:",
      "      redis:",
      "        bach_size: 1",
      "  auth:",
      "    speed: 3",
    ]
    deepEqual(problems(text.join("\n")).split("\n"), [
      "millrace.yaml:5:9: apis.default.event_transport.redis.bach_size: there is no such key: did you mean batch_size?",
      "millrace.yaml:7:5: apis.auth.speed: there is no such key: here stand validate, strict_validation, on_error, event_transport",
    ])
  })

  it("names keys that can not mean anything here, with the reason [L8.c lesson 42]", () => {
    const text = "plugins: {}\napis:\n  default:\n    rpc_timeout: 5\n"
    const [plugins, rpc] = problems(text).split("\n")
    match(plugins ?? "", /^millrace\.yaml:1:1: plugins: can not be set: there are no plugins/)
    match(rpc ?? "", /^millrace\.yaml:4:5: apis\.default\.rpc_timeout: can not be set: there are no remote calls/)
  })

  it("takes a number or null as max_stream_length, an API's own over the default, and nothing else [L8.c]", () => {
    const withLength = (text: string): string =>
      `apis:\n  default:\n    event_transport: { redis: { max_stream_length: ${text} } }\n`
    const { settings } = load(
      `${withLength("1000")}  auth:\n    event_transport: { redis: { max_stream_length: null } }\n`,
    )
    deepEqual(
      ["other", "auth"].map((name) => settingsOf(settings, name).maxStreamLength),
      [1000, null],
    )
    for (const wrong of ["0", "1.5", "many"])
      match(
        problems(withLength(wrong)),
        /^millrace\.yaml:3:33: apis\.default\.event_transport\.redis\.max_stream_length: /,
      )
  })

  it("names values that do not fit, and a text that is no YAML [L8.c]", () => {
    match(
      problems("apis:\n  default:\n    validate:\n      incoming: 7\n"),
      /millrace\.yaml:4:7: apis\.default\.validate/,
    )
    match(problems("service_name: a\nservice_name: b\n"), /millrace\.yaml:2:1: .*unique/i)
    match(problems("apis: [\n"), /^millrace\.yaml:\d+:\d+: /)
    match(problems("- a list\n"), /millrace\.yaml: Expected object/)
  })

  it("is refused when a key that holds for the process stands below one API [L8.c]", () => {
    const text = "apis:\n  auth:\n    event_transport:\n      redis:\n        acknowledgement_timeout: 5\n"
    match(
      problems(text),
      /^millrace\.yaml:5:9: .*acknowledgement_timeout: holds for a whole process: set it in apis\.default$/,
    )
  })

  it("is overridden by the environment, whose mistakes are named by their variable [L8.d]", () => {
    const environment = {
      MILLRACE__SERVICE_NAME: "mailer",
      MILLRACE__APIS__DEFAULT__VALIDATE__INCOMING: "false",
      MILLRACE__APIS__AUTH__EVENT_TRANSPORT__REDIS__BATCH_SIZE: "5",
      MILLRACE_TEST_POSTGRES_URL: "not a key of a config",
    }
    deepEqual(load("service_name: other\napis:\n  default:\n    validate:\n      outgoing: false\n", environment), {
      service: "mailer",
      settings: { default: { validate: { outgoing: false, incoming: false } }, auth: { batchSize: 5 } },
    })
    match(
      problems("", { MILLRACE__SERVICE_NAMES: "x" }),
      /service_names: .*did you mean service_name\? \(from the variable MILLRACE__SERVICE_NAMES\)/,
    )
  })

  it("lets an API inherit from default key by key [L7.d lesson 42]", () => {
    const { settings } = load(
      "apis:\n  default:\n    strict_validation: true\n    validate: { outgoing: false }\n    event_transport: { redis: { batch_size: 3, stream_use: per_event } }\n" +
        "  auth:\n    validate: { incoming: false }\n    event_transport: { redis: { batch_size: 1 } }\n",
    )
    const { onError: _, ...auth } = settingsOf(settings, "auth")
    deepEqual(auth, {
      strict: true,
      validate: { outgoing: false, incoming: false },
      streamUse: "per_event",
      batchSize: 1,
      maxStreamLength: null,
    })
    equal(settingsOf(settings, "other").batchSize, 3)
  })

  it("reads spans in seconds or with a unit [L8.a]", () => {
    const transport = (text: string) => `apis: { default: { event_transport: { redis: { ${text} } } } }`
    equal(load(transport("acknowledgement_timeout: 1.5")).acknowledgementTimeoutMs, 1_500)
    equal(load(transport("acknowledgement_timeout: 2m")).acknowledgementTimeoutMs, 120_000)
    equal(load(transport("reclaim_interval: 500ms")).pollMs, 500)
  })

  it("has a JSON Schema and a table of its keys, from one truth", () => {
    const schema = JSON.stringify(configJsonSchema())
    for (const key of ["stream_use", "per_event", "acknowledgement_timeout", "on_error", "service_name"])
      ok(schema.includes(`"${key}"`), key)
    match(configTable(), /\| `apis\.<api>\.event_transport\.<storage>\.batch_size` \| The most events/)
  })

  it("never shows a password", () => {
    equal(
      maskUrl("postgres://user:secret@host/db?sslpassword=x&prefix=a"),
      "postgres://user:***@host/db?sslpassword=***&prefix=a",
    )
    deepEqual(maskUrls({ backend: "redis://:secret@host:6379/0", list: ["plain"] }), {
      backend: "redis://:***@host:6379/0",
      list: ["plain"],
    })
  })

  it("that can not be read is said so", async () => {
    await rejects(loadConfig("/nowhere/millrace.yaml"), /nowhere\/millrace\.yaml: can not be read/)
    throws(() => load("apis: 7"), ConfigError)
  })
})

async function readText(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises")
  return readFile(file, "utf8")
}

describe("a URL that is shown", () => {
  it.each([
    ["mongodb://shop:secret@one:27017,two:27017/shop", "mongodb://shop:***@one:27017,two:27017/shop"],
    ["mongodb://shop:se@cret@one,two/shop?tls=true&token=secret", "mongodb://shop:***@one,two/shop?tls=true&token=***"],
    ["postgres://shop:secret@host:999999/shop", "postgres://shop:***@host:999999/shop"],
    ["postgres://shop:secret", "postgres://shop:***"],
    ["redis:shop:secret@host", "redis:shop:***@host"],
    ["sqlite:app.db", "sqlite:app.db"],
    ["no URL: a text", "no URL: a text"],
  ])("is %s without its password", (url, shown) => {
    equal(maskUrl(url), shown)
  })
})
