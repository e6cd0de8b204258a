import { describe, expect, it } from "vitest"

import { commandKey, documentKey, idKey, onceKey, streamRange, versionKey } from "../src/keys.ts"
import { nameKey } from "../src/name-key.ts"

const within = (key: string, range: ReturnType<typeof streamRange>): boolean => key >= range.$gte && key < range.$lt

describe("keys of a commit", () => {
  it("versions of a stream sort as text, with commands behind the event whose version the stream had", () => {
    const keys = [
      commandKey("a", 0, 1),
      versionKey("a", 1),
      versionKey("a", 9),
      commandKey("a", 9, 12),
      versionKey("a", 10),
    ]
    expect(keys.toSorted()).toEqual(keys)
  })

  it("a range of versions takes in their events and commands, and nothing above or below", () => {
    const range = streamRange("a", 2, 3)
    const inside = [versionKey("a", 2), commandKey("a", 2, 7), versionKey("a", 3), commandKey("a", 3, 999)]
    const outside = [versionKey("a", 1), commandKey("a", 1, 5), versionKey("a", 4)]
    expect([inside.every((key) => within(key, range)), outside.some((key) => within(key, range))]).toEqual([
      true,
      false,
    ])
  })

  it("no two names share a key: of kinds, of collections and ids, and where names are long", () => {
    const long = "x".repeat(900)
    const keys = [
      idKey("a"),
      onceKey("a"),
      versionKey("a", 1),
      documentKey("a", "b,c", 1),
      documentKey("a,b", "c", 1),
      idKey(`${long}1`),
      idKey(`${long}2`),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(200)
  })

  it("a long name as an _id keeps its beginning, so that it sorts among others, and its end counts", () => {
    const long = "x".repeat(900)
    expect(nameKey(`${long}1`)).not.toBe(nameKey(`${long}2`))
    expect(nameKey(long) > nameKey("w") && nameKey(long) < nameKey("y")).toBe(true)
  })
})
