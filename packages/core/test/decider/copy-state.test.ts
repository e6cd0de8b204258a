import { describe, expect, it } from "vitest"

import { copyState } from "../../src/decider/copy-state.ts"

describe("copyState", () => {
  it("copies plain objects, arrays, maps, sets and dates, sharing nothing that changes", () => {
    const state = {
      items: [{ id: "a" }],
      byId: new Map([["a", { n: 1 }]]),
      seen: new Set(["x"]),
      at: new Date(5),
      none: undefined,
      big: 3n,
    }
    const copied = copyState(state)?.state
    expect(copied).toEqual(state)
    state.items.push({ id: "b" })
    state.byId.set("a", { n: 2 })
    state.seen.add("y")
    state.at.setTime(9)
    expect(copied).toEqual({
      items: [{ id: "a" }],
      byId: new Map([["a", { n: 1 }]]),
      seen: new Set(["x"]),
      at: new Date(5),
      none: undefined,
      big: 3n,
    })
  })

  it("keeps what was frozen frozen, and the rest open", () => {
    const copied = copyState({ payload: Object.freeze({ n: 1 }), open: { n: 1 } })?.state
    expect(copied).toEqual({ payload: { n: 1 }, open: { n: 1 } })
    const parts = Object.values(copied ?? {})
    expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, false])
  })

  it("keeps one object one, also where it refers to itself", () => {
    const shared = { n: 1 }
    const loop: { one: object; two: object; self?: object } = { one: shared, two: shared }
    loop.self = loop
    const copied = copyState(loop)?.state
    if (typeof copied !== "object" || copied === null) throw new Error("an object was copied")
    const parts: readonly unknown[] = Object.values(copied)
    const [one, two, self] = parts
    expect([one === two, self === copied, one === shared]).toEqual([true, true, false])
  })

  it.each([
    ["an instance of a class", new (class Money {})()],
    ["a function", () => 1],
    ["a getter", Object.defineProperty({}, "n", { get: () => 1, enumerable: true })],
    ["a subclass of Map", new (class Index extends Map<string, string> {})()],
    ["a typed array", new Uint8Array(1)],
  ])("does not copy %s, which it could not do faithfully", (_what, value) => {
    expect(copyState({ deep: [value] })).toBeUndefined()
  })

  it("copies a primitive, undefined included", () => {
    expect([copyState(5), copyState(undefined)]).toEqual([{ state: 5 }, { state: undefined }])
  })
})
