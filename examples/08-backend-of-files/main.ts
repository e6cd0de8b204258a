// Sells on a log in files, ends, tears the journal as a crash would, and goes on with what was acknowledged: `npm start`.
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { createApp, event, projector } from "@millrace/core"
import * as Schema from "effect/Schema"

import { filesBackend } from "./src/files-backend.ts"

const Sold = event("shop.sold", Schema.Struct({ product: Schema.String, price: Schema.Int }))

const Takings = projector
  .stateStored("takings", () => ({ sold: 0, cents: 0 }))
  .event(Sold, (shop, { payload }) => {
    shop.sold += 1
    shop.cents += payload.price
  })

const folder = mkdtempSync(join(tmpdir(), "millrace-files-"))
await sell("flour", 450)
await sell("yeast", 120)
console.log(`in the folder: ${readdirSync(folder).join(", ")}`)

appendFileSync(join(folder, "journal"), '0badc0de [["messages",3,{"type":"shop.so')
console.log("the last line was torn by a crash")
await sell("salt", 90)
rmSync(folder, { recursive: true })

/** One run of the shop: everything is opened and closed again. */
async function sell(product: string, price: number): Promise<void> {
  const backend = filesBackend({ folder })
  const app = await createApp({ backend, reactors: [Takings] })
  await app.dispatch(Sold("shop-1", { product, price }))
  await app.drain()
  const { head } = await app.stats()
  console.log(
    `sold ${product} · ${head} messages · takings ${JSON.stringify(await app.projection(Takings).get("shop-1"))}`,
  )
  await app.close()
  await backend.close()
}
