import { deepEqual } from "node:assert/strict"

import * as Schema from "effect/Schema"
import { describe, it } from "vitest"
import * as z from "zod"

import { api } from "../src/index.ts"
import { changesBetween, describeApi } from "../src/schema/index.ts"

type Parameters = Readonly<Record<string, Schema.Codec<unknown, unknown>>>

/** What one release's parameters break against another's: whom, and where. */
async function broken(before: Parameters, after: Parameters): Promise<readonly string[]> {
  const [old, now] = await Promise.all([before, after].map((one) => describeApi(api("auth", { seen: one }))))
  return changesBetween(old ?? {}, now ?? {}).flatMap(({ path, breaks }) => breaks.map((whom) => `${whom}: ${path}`))
}

/** A tree whose every node has many of its kind below it: comparing node by node would never end. */
function treeOf(leaf: Schema.Codec<string> | Schema.Codec<number>): Schema.Codec<unknown> {
  const branches = ["a", "b", "c", "d", "e", "f"].map(
    (name) => [name, Schema.optionalKey(Schema.suspend(() => tree))] as const,
  )
  const tree: Schema.Codec<unknown> = Schema.Struct({ leaf, ...Object.fromEntries(branches) }).annotate({
    identifier: "Tree",
  })
  return tree
}

const text = { a: Schema.String }

describe("comparing two releases", () => {
  for (const [what, before, after, expected] of [
    ["nothing for what stays", text, text, []],
    [
      "stored events for a parameter that is needed from now on",
      text,
      { ...text, b: Schema.Int },
      ["stored-events: b"],
    ],
    ["nobody for a parameter that may be missing", text, { ...text, b: Schema.optionalKey(Schema.Int) }, []],
    ["running listeners for a parameter that is gone", { ...text, b: Schema.Int }, text, ["running-listeners: b"]],
    ["nobody for one that was not needed", { ...text, b: Schema.optionalKey(Schema.Int) }, text, []],
    ["both for a parameter of another type", text, { a: Schema.Int }, ["stored-events: a", "running-listeners: a"]],
    ["running listeners for a wider type", { a: Schema.Int }, { a: Schema.Finite }, ["running-listeners: a"]],
    [
      "running listeners for a further value",
      { a: Schema.Literals(["x", "y"]) },
      { a: Schema.Literals(["x", "y", "z"]) },
      ["running-listeners: a"],
    ],
    [
      "stored events for a value less",
      { a: Schema.Literals(["x", "y"]) },
      { a: Schema.Literals(["x"]) },
      ["stored-events: a"],
    ],
    ["running listeners for what may be null", text, { a: Schema.NullOr(Schema.String) }, ["running-listeners: a"]],
    [
      "stored events for a narrower bound",
      { a: Schema.Int.check(Schema.isLessThanOrEqualTo(10)) },
      { a: Schema.Int.check(Schema.isLessThanOrEqualTo(5)) },
      ["stored-events: a"],
    ],
    [
      "the inner parameter by its path",
      { a: Schema.Struct({ b: Schema.String }) },
      { a: Schema.Struct({ b: Schema.String, c: Schema.Boolean }) },
      ["stored-events: a.c"],
    ],
    [
      "the items of a list",
      { a: Schema.Array(Schema.String) },
      { a: Schema.Array(Schema.Int) },
      ["stored-events: a.[]", "running-listeners: a.[]"],
    ],
    [
      "the values of a record",
      { a: Schema.Record(Schema.String, Schema.Int) },
      { a: Schema.Record(Schema.String, Schema.Finite) },
      ["running-listeners: a.*"],
    ],
    [
      "stored events for a parameter that does not fit the record that takes its place",
      { a: Schema.Struct({ b: Schema.String }) },
      { a: Schema.Record(Schema.String, Schema.Int) },
      ["stored-events: a.b", "running-listeners: a.b"],
    ],
  ] as const) {
    it(`breaks ${what}`, async () => {
      deepEqual(await broken(before, after), expected)
    })
  }

  it("comes to an end with schemas that contain themselves, and tells each difference once", async () => {
    deepEqual(await broken({ tree: treeOf(Schema.String) }, { tree: treeOf(Schema.String) }), [])
    const found = await broken({ tree: treeOf(Schema.String) }, { tree: treeOf(Schema.Int) })
    deepEqual(found, ["stored-events: tree.leaf", "running-listeners: tree.leaf"])
  })

  it("describes what is stored: a Date as its text, and Zod's parameters by what they put out", async () => {
    const Dated = api("dated", { seen: { at: Schema.DateFromString } })
    deepEqual((await describeApi(Dated))["dated.seen"]?.["properties"], { at: { type: "string" } })
    const Shop = api("shop", { sold: { what: z.string(), price: z.coerce.number().optional() } })
    deepEqual((await describeApi(Shop))["shop.sold"], {
      type: "object",
      properties: { what: { type: "string" }, price: { type: "number" } },
      required: ["what"],
    })
  })
})
