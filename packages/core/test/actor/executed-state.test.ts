import { describe, expect, it } from "vitest"

import { createApp, silentLogger } from "../../src/index.ts"
import { AddItem, apple, Cart } from "./cart.ts"

describe("the state that execute answers", () => {
  it("is the caller's to change: later decisions do not see it", async () => {
    const app = await createApp({ reactors: [Cart], logger: silentLogger })
    const first = await app.execute(AddItem("cart-1", apple))
    first.state.items.push(apple, apple)
    first.state.status = "closed"
    const second = await app.execute(AddItem("cart-1", apple))
    await app.close()
    expect([second.state.items.length, first.state.items.length]).toEqual([2, 3])
  })
})
