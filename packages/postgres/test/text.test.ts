import { fromSortable, toSortable } from "@millrace/core/backend"
import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { textList } from "../src/list.ts"
import { refusedWord } from "../src/sql-words.ts"

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

  it("textList quotes what means something in an array", () => {
    expect(textList(["a", 'b"', "c\\", "NULL", "{}", "", null])).toBe('{"a","b\\"","c\\\\","NULL","{}","",NULL}')
  })

  it("refusedWord finds control of the transaction in every statement, and nowhere else", () => {
    expect(refusedWord("SELECT 1; commit")).toBe("COMMIT")
    expect(refusedWord("-- x\n/* y */ Rollback To a")).toBe("ROLLBACK")
    expect(refusedWord("INSERT INTO t VALUES ('; COMMIT'), ($a$; BEGIN$a$) -- ; END")).toBeUndefined()
    expect(refusedWord('SELECT 1 AS "; COMMIT"')).toBeUndefined()
  })
})
