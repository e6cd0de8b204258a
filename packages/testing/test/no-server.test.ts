import { deepEqual, equal } from "node:assert/strict"

import { describe, it } from "vitest"

import { backends } from "./backends.ts"
import { openLog } from "./open-log.ts"
import { ItemAdded } from "./shop.ts"

/** Sockets and programs that this process has open, of the kinds that Node tells of. */
function ties(): readonly string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCP|UDP|Pipe(?:Connect|Server)|Process/.test(kind))
}

for (const backend of backends.filter(({ name }) => name === "memory" || name === "sqlite")) {
  describe(`on ${backend.name}`, () => {
    it("no server is started, for none is needed: a log is stored and read without a socket or a program [S55.a S55.b S55.c]", async () => {
      const before = ties()
      const log = await openLog(backend)
      const app = await log.app()
      await app.dispatch(ItemAdded("cart-1", { productId: "p", quantity: 1 }))
      equal((await app.readStream("cart-1")).length, 1)
      deepEqual(ties(), before)
    })
  })
}
