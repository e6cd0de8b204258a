import { describe, expect, it } from "vitest"

import { entryOf } from "../src/harness/append-load.ts"
import { entriesOf, watchWork } from "../src/harness/work-load.ts"

const load = { entries: 4, keys: 2, workMs: 0, failing: false }

describe("watching work", () => {
  it("sees no fault when each entry is handled once, each key in order", async () => {
    const watch = watchWork(load)
    for (const entry of entriesOf(load)) await watch.handle(entry)
    expect(await watch.ended()).toBe(true)
    expect(watch.faults()).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  })

  it("counts what was never handled, what came twice, and what came behind a later one of its key", async () => {
    const watch = watchWork(load)
    for (const number of [2, 1, 1]) await watch.handle(entryOf("cart-0", number))
    expect(watch.faults()).toEqual({ lost: 2, doubled: 1, outOfOrder: 1 })
  })

  it("fails the first try of every entry where it is asked to, and counts the second alone", async () => {
    const watch = watchWork({ ...load, entries: 1, keys: 1, failing: true })
    const entry = entryOf("cart-0", 1)
    await expect(watch.handle(entry)).rejects.toThrow("the first try fails")
    expect(watch.done()).toBe(0)
    await watch.handle(entry)
    expect(watch.faults()).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  })
})
