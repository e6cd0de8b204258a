import { deepEqual, equal } from "node:assert/strict"

import * as conventions from "@opentelemetry/semantic-conventions"
import * as incubating from "@opentelemetry/semantic-conventions/incubating"
import { describe, it } from "vitest"

import { attribute, failureEvent, metric, NOT_STORED } from "../src/names.ts"

/** Every name that the conventions have. */
const known = new Set<unknown>(Object.values({ ...conventions, ...incubating }))

describe("the names of attributes, metrics and events", () => {
  it("are those of the conventions, or begin with millrace", () => {
    const names = [...Object.values(attribute), ...Object.values(metric), ...Object.values(failureEvent), NOT_STORED]
    deepEqual(
      names.filter((name) => !known.has(name) && !name.startsWith("millrace.")),
      [],
    )
    equal(new Set(names).size, names.length)
    equal(known.has("messaging.consumer.group.name"), true, "the list of conventions was not loaded")
  })
})
