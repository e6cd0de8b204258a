import { type App, AppendRefused, VersionConflict, WaitedTooLong } from "@millrace/core"
import { type Context, Hono } from "hono"

import { AddItem, Cart, Checkout } from "./cart.ts"
import { DomainError } from "./domain-error.ts"
import { Orders } from "./orders.ts"
import { ReceiveStock, type Stock } from "./stock.ts"

export type ShopApp = App<typeof Cart | typeof Stock | typeof Orders>

/** How long a request that asks to wait does so. */
const WAIT_MS = 10_000

/** The shop over HTTP. Commands are decided in the request; what they set off is done by the workers, wherever they run. */
export function shopApi(app: ShopApp): Hono {
  return new Hono()
    .put("/stock/:product", async (context) => {
      const parsed = ReceiveStock.parse(`stock-${context.req.param("product")}`, await bodyOf(context))
      const result = await app.execute(parsed, optionsOf(context))
      return result.ok ? context.json({ left: result.state.left }) : context.json({ errors: result.errors }, 422)
    })
    .post("/carts/:cart/items", async (context) => {
      const parsed = AddItem.parse(context.req.param("cart"), await bodyOf(context))
      const result = await app.execute(parsed, optionsOf(context))
      if (!result.ok) return context.json({ errors: result.errors }, 422)
      return context.json({ total: result.state.total, version: result.version }, result.duplicate ? 200 : 201)
    })
    .post("/carts/:cart/checkout", async (context) => {
      const { state, duplicate } = await app.execute(Checkout(context.req.param("cart")), optionsOf(context))
      return context.json({ total: state.total }, duplicate ? 200 : 201)
    })
    .get("/carts/:cart", async (context) => {
      const { state, version } = await app.load(Cart, context.req.param("cart"))
      if (version === 0) return context.json({ error: "there is no such cart" }, 404)
      return context.json({ items: Object.fromEntries(state.items), total: state.total, version })
    })
    .get("/orders/:cart", async (context) => {
      const order = await app.projection(Orders).get(context.req.param("cart"))
      return order === undefined ? context.json({ error: "there is no such order" }, 404) : context.json(order)
    })
    .onError(answerTo)
}

/** `Idempotency-Key`: the same request again changes nothing. `Prefer: wait`: answer when everything it set off is settled, the views included. */
function optionsOf(context: Context) {
  const idempotencyKey = context.req.header("Idempotency-Key")
  return {
    settle: context.req.header("Prefer") === "wait",
    timeoutMs: WAIT_MS,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
}

/** A body that is no JSON is a payload without fields: each of them is named in the answer. */
async function bodyOf(context: Context): Promise<unknown> {
  return context.req.json().catch(() => ({}))
}

function answerTo(error: Error, context: Context): Response {
  if (error instanceof DomainError) return context.json({ error: error.message }, error.kind === "conflict" ? 409 : 422)
  // Somebody else changed the cart, several times in a row: asking again decides on what it is now.
  if (error instanceof VersionConflict) return context.json({ error: "the cart is being changed: try again" }, 409)
  if (error instanceof AppendRefused && error.code === "key-reused")
    return context.json({ error: "this idempotency key was used for another request" }, 422)
  // It is done, and stays done. Only what it set off is not.
  if (error instanceof WaitedTooLong) return context.json({ status: "accepted" }, 202)
  console.error(error)
  return context.json({ error: "something went wrong here" }, 500)
}
