// Opens the shop and shops in it: `npm start`, `npm start -- --backend <URL of an empty storage>`.
import { openStage, say } from "@millrace/example-stage"

import { openShop } from "./src/open-shop.ts"

const stage = await openStage()
const shop = await openShop(stage.url)
const wait = { Prefer: "wait" }

say("# stock")
await ask("PUT", "/stock/flour", { quantity: 10 })
await ask("PUT", "/stock/yeast", { quantity: 1 })

say("\n# a cart")
await ask("POST", "/carts/cart-1/items", { product: "flour", price: 450, quantity: 2 })
await ask("POST", "/carts/cart-1/items", { product: "yeast", price: 120, quantity: 3 })
await ask("GET", "/carts/cart-1")

say("\n# what is refused")
await ask("POST", "/carts/cart-1/items", { product: "", price: 450 })
await ask("POST", "/carts/cart-1/items", { product: "salt", price: 90, quantity: 100 })
await ask("POST", "/carts/cart-2/checkout")

say("\n# a checkout, sent twice, that waits for what it sets off")
await ask("POST", "/carts/cart-1/checkout", undefined, { ...wait, "Idempotency-Key": "order-1" })
await ask("POST", "/carts/cart-1/checkout", undefined, { ...wait, "Idempotency-Key": "order-1" })
await ask("GET", "/orders/cart-1")

say("\n# too late")
await ask("POST", "/carts/cart-1/items", { product: "salt", price: 90, quantity: 1 })
await ask("POST", "/carts/cart-1/checkout")
await ask("POST", "/carts/cart-3/items", { product: "salt", price: 90, quantity: 1 }, { "Idempotency-Key": "order-1" })

await shop.close()
await stage.close()

/** Asks the shop for something, as any customer of an API does, and says what it answered. */
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<void> {
  const key = headers["Idempotency-Key"]
  const response = await fetch(shop.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  say(`${method} ${path}${key === undefined ? "" : ` (key ${key})`} → ${response.status} ${await response.text()}`)
}
