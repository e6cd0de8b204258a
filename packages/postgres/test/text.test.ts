import { fromSortable, toSortable } from "@millrace/core/backend"
import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { numberList, textList } from "../src/list.ts"
import { refusedWord } from "../src/sql-words.ts"
import { serverForTests } from "./log-for-tests.ts"

const server = serverForTests()

describe("text on its way to Postgres", () => {
  it("toSortable gives an order by bytes that is the order by code units, and can be taken back", () => {
    const text = fc.string({ unit: "binary" })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(fromSortable(toSortable(a))).toBe(a)
        const order = Math.sign(Buffer.compare(Buffer.from(toSortable(a)), Buffer.from(toSortable(b))))
        expect(order).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it("refusedWord finds control of the transaction in every statement, and nowhere else", () => {
    expect(refusedWord("SELECT 1; commit")).toBe("COMMIT")
    expect(refusedWord("-- x\n/* y */ Rollback To a")).toBe("ROLLBACK")
    expect(refusedWord("INSERT INTO t VALUES ('; COMMIT'), ($a$; BEGIN$a$) -- ; END")).toBeUndefined()
    expect(refusedWord('SELECT 1 AS "; COMMIT"')).toBeUndefined()
  })
})

describe("on postgres", () => {
  it("lists too long to be drafted come as they were sent", async () => {
    const texts = Array.from({ length: 50 }, (_, at) => "ä😀".repeat(at * 20))
    const [sent] = await server.sql("SELECT $1::text[] AS texts", [textList(texts)])
    expect(sent).toEqual({ texts })
  })

  it("lists come as they were sent: nothing in a text means anything, NULL is no text", async () => {
    const texts = ["a", 'b"', "c\\", "NULL", "{}", ",", "", null, "ä😀"]
    const [sent] = await server.sql("SELECT $1::text[] AS texts, $2::bigint[]::text AS numbers, $3::text[] AS none", [
      textList(texts),
      numberList([1, null, -(2 ** 53) + 1]),
      textList([]),
    ])
    expect(sent).toEqual({ texts, numbers: "{1,NULL,-9007199254740991}", none: [] })
  })
})
