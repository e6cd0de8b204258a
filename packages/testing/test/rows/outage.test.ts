import { deepEqual, equal } from "node:assert/strict"

import { BackendError, retryOnError } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { AddItem, Cart } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a storage that is away while an actor reads is nobody's failure: no strategy is asked, no attempt counted [lesson 16 lesson 40]", async () => {
      const log = await openLog(backend)
      const watching = await log.app()
      let refusals = 2
      const asked: unknown[] = []
      const app = await log.app({
        reactors: [Cart],
        errorStrategy: (error, message, group) => {
          asked.push(error)
          return retryOnError({ times: 1, afterMs: 1 })(error, message, group)
        },
        backend: interceptBackend(await log.connect(), ({ method, run }) => {
          if (method !== "read" || refusals === 0) return run()
          refusals -= 1
          return Promise.reject(new BackendError("unavailable", "read: the storage is away"))
        }),
      })
      await app.dispatch(AddItem("cart-1", { productId: "a", quantity: 1 }))
      await app.drain()
      deepEqual((await watching.readStream("cart-1")).length, 0)
      for (const lane of await watching.lanes()) deepEqual([lane.failures, lane.status], [0, "retrying"])
      for (let time = 0; time < 3; time += 1) {
        await log.clock.advance(1_000)
        await app.drain()
      }
      deepEqual([asked, (await watching.readStream("cart-1")).length], [[], 1])
      equal((await watching.lanes()).length, 0)
    })
  })
}
