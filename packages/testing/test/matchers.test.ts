import { AssertionError } from "node:assert"
import { equal, match, ok, throws } from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import { expect as jestExpect } from "expect"
import { describe, expect, it } from "vitest"

import "../src/vitest.ts"
import { assertMessages } from "../src/assert-messages.ts"
import { messageMatchers } from "../src/message-matchers.ts"
import { ItemAdded, OrderPlaced } from "./shop.ts"

const apple = ItemAdded("cart-1", { productId: "apple", quantity: 2 })
const pear = ItemAdded("cart-1", { productId: "pear", quantity: 1 })
const again = () => ItemAdded("cart-1", { productId: "apple", quantity: 2 })

describe("toMatchMessages", () => {
  it("is a matcher of vitest's expect [S52.a]", () => {
    expect([apple, pear]).toMatchMessages([again(), pear])
    expect([apple]).not.toMatchMessages([pear])
    throws(() => expect([apple]).toMatchMessages([pear]), /shop.item_added on cart-1/)
    throws(() => expect([apple]).not.toMatchMessages([again()]), /other messages/)
    throws(() => expect("no list").toMatchMessages([]), /lists of messages/)
  })

  it("is a matcher of jest's expect [S52.a]", () => {
    jestExpect.extend(messageMatchers)
    const expectation: object = jestExpect([apple, pear])
    ok("toMatchMessages" in expectation && typeof expectation.toMatchMessages === "function")
    const { toMatchMessages } = expectation
    Reflect.apply(toMatchMessages, expectation, [[again(), pear]])
    throws(() => Reflect.apply(toMatchMessages, expectation, [[pear, apple]]), /pear/)
  })
})

describe("assertMessages", () => {
  it("passes in node:test for the same messages and fails there for others [S52.b]", () => {
    const file = fileURLToPath(new URL("./node-test/messages.ts", import.meta.url))
    const run = spawnSync(process.execPath, ["--conditions=millrace-source", "--test", "--test-reporter=tap", file], {
      encoding: "utf8",
      // vitest's own settings are not for the process it starts
      env: { ...process.env, NODE_OPTIONS: "" },
    })
    match(run.stdout, /^ok 1 - the same messages match$/m)
    match(run.stdout, /^not ok 2 - others do not$/m)
    equal(run.status, 1)
  })

  it("ignores ids, instants and positions; compares type, stream and payload [S52.b]", () => {
    assertMessages([{ ...again(), id: "other", createdAt: "2001-01-01T00:00:00.000Z" }], [apple])
    throws(() => assertMessages([apple], [OrderPlaced("cart-1")]), AssertionError)
    throws(() => assertMessages([apple], [apple.to("cart-2")]), AssertionError)
    throws(() => assertMessages([apple], [ItemAdded("cart-1", { productId: "apple", quantity: 3 })]), AssertionError)
  })

  it("compares metadata where the expected message gives some, key by key [S52.b]", () => {
    const tagged = apple.withMetadata({ user: "ann", source: "form" })
    assertMessages([tagged], [apple])
    assertMessages([tagged], [apple.withMetadata({ user: "ann" })])
    throws(() => assertMessages([tagged], [apple.withMetadata({ user: "bob" })]), AssertionError)
    throws(() => assertMessages([apple], [tagged]), AssertionError)
  })

  it("is ordered and counts repeats [S52.c lesson 18]", () => {
    assertMessages([apple, again(), pear], [apple, apple, pear])
    throws(() => assertMessages([apple, pear], [pear, apple]), /message 1 differs/)
    throws(() => assertMessages([apple], [apple, apple]), /expected 2 .*found 1 /)
    throws(() => assertMessages([apple, apple], [apple]), /expected 1 .*found 2 /)
    throws(() => assertMessages([apple], []), /expected no messages, found 1/)
    assertMessages([], [])
  })
})
