import { deepEqual, equal, ok } from "node:assert/strict"

import fc from "fast-check"
import { describe, it } from "vitest"
import { stringify } from "yaml"

import type { Config } from "../src/config/config.ts"
import { maskUrls } from "../src/config/index.ts"
import { configOf } from "../src/config/load-config.ts"
import { objectSource, textSource } from "../src/config/source.ts"
import { settingsOf } from "../src/settings.ts"
import { content, HOSTILE, KEYS, SECRET, url, value } from "./configs-by-chance.ts"
import { triedConfig as tried } from "./tried-config.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const numRuns = deep ? 20_000 : 200
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** The longest span that is taken, and a bound that nothing reasonable passes. */
const MOST_MS = 366 * 86_400_000

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
