import { describe, expect, it } from "vitest"

import { MAX_PAYLOAD_DEPTH, plainJson } from "../../src/message/plain-json.ts"

describe("plainJson", () => {
  it("copies and freezes what JSON holds, and leaves out what is undefined", () => {
    const value = { a: [1, "x", true, null], b: { c: undefined, d: -0 } }
    const plain = plainJson(value)
    expect(plain).toEqual({ json: { a: [1, "x", true, null], b: { d: 0 } } })
    expect("json" in plain && Object.isFrozen(plain.json)).toBe(true)
    expect(Object.isFrozen(value)).toBe(false)
  })

  it.each([
    ["NaN", Number.NaN, "NaN is not a JSON number"],
    ["Infinity", Number.POSITIVE_INFINITY, "Infinity is not a JSON number"],
    ["a bigint", 3n, "JSON can not hold a bigint"],
    ["a symbol", Symbol("x"), "JSON can not hold a symbol"],
    ["a function", () => 1, "JSON can not hold a function"],
    ["a Date", new Date(0), "JSON can not hold a Date: give the field a schema that encodes it"],
    ["a Map", new Map(), "JSON can not hold a Map: give the field a schema that encodes it"],
    ["a typed array", new Uint8Array(2), "JSON can not hold a Uint8Array: give the field a schema that encodes it"],
  ])("refuses %s and says where it is", (_name, wrong, message) => {
    expect(plainJson({ items: [{ ok: 1 }, { wrong }] })).toEqual({ errors: [{ path: "items.1.wrong", message }] })
  })

  it("refuses undefined in an array, where JSON would make null of it", () => {
    expect(plainJson({ items: [1, undefined] })).toEqual({
      errors: [{ path: "items.1", message: "JSON can not hold undefined" }],
    })
  })

  it("refuses a value that refers to itself", () => {
    const loop: { again?: unknown; more: readonly unknown[] } = { more: [] }
    loop.again = loop
    expect(plainJson({ loop })).toEqual({
      errors: [
        {
          path: "loop.again.again",
          message: `refers to itself, or is nested deeper than ${MAX_PAYLOAD_DEPTH} levels`,
        },
      ],
    })
  })

  it("names all that is wrong at once", () => {
    const plain = plainJson({ a: 1n, b: { c: Number.NaN } })
    expect("errors" in plain && plain.errors.map((error) => error.path)).toEqual(["a", "b.c"])
  })

  it("keeps a key named __proto__ as a key", () => {
    const plain = plainJson(JSON.parse('{"__proto__":{"admin":true}}'))
    expect("json" in plain && JSON.stringify(plain.json)).toBe('{"__proto__":{"admin":true}}')
    expect("json" in plain && Object.getPrototypeOf(plain.json)).toBe(Object.prototype)
  })
})
