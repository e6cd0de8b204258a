import { describe, expect, it } from "vitest"

import { open } from "../src/open.ts"
import { settingsOf } from "../src/options.ts"

describe("options of a log in MongoDB", () => {
  it("names that could mean something else in a command are refused, with what is allowed", () => {
    for (const prefix of ["A_", "a$", "a.b_", "system.", "x".repeat(60)])
      expect(() => settingsOf({ prefix })).toThrow(/option prefix must be empty, or a small letter/)
    expect(() => settingsOf({ database: "a/b" })).toThrow(/option database must be 1 to 60 letters/)
    expect(() => settingsOf({ partitions: 0 })).toThrow(/option partitions must be a whole number/)
  })

  it("a URL says the database and the prefix; the driver gets the rest, and a password is not shown when it is refused", () => {
    const log = open("mongodb://127.0.0.1:1/shop?directConnection=true&prefix=shop_", { partitions: 4 })
    expect([log.capabilities.name, log.capabilities.partitions]).toEqual(["mongodb", 4])
    expect(() => open("mongodb://me:secret@/?prefix=shop_")).toThrow(/^(?!.*secret).*correct it/)
  })
})
