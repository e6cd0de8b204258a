import { handler, projector, txToken } from "../../../src/index.ts"
import { AddItem, Emptied, ItemAdded } from "./shop.ts"

interface Rows {
  save(id: string, items: number): void
}
const rows = txToken<Rows>("memory")
const count = (): { items: number } => ({ items: 0 })

projector
  .stateStored("totals", count)
  // refused: Property 'total' does not exist on type '{ items: number; }'.
  .event(ItemAdded, (state) => void (state.total += 1))

// refused: Type '"command"' is not assignable to type '"event"'.
projector.stateStored("totals", count).event(AddItem, () => {})

// refused: Type 'number' is not assignable to type
projector.stateStored("totals", count).event(ItemAdded, (state) => state.items++)

projector
  .stateStored(
    "rows",
    (_id, { tx }) => {
      // refused: Property 'find' does not exist on type 'Rows'.
      tx.find("cart-1")
      return count()
    },
    { tx: rows },
  )
  .event(ItemAdded)
  // refused: Property 'total' does not exist on type '{ items: number; }'.
  .sync(({ id, state, tx }) => tx.save(id, state.total))

projector
  .stateStored("plain", count)
  .event(ItemAdded)
  // refused: 'tx' is possibly 'undefined'.
  .sync(({ id, tx }) => tx.save(id, 1))

projector
  .stateStored("closed", count)
  .event(ItemAdded)
  .reaction(() => {})
  // refused: Property 'event' does not exist on type 'ProjectorWithWildcard<
  .event(Emptied)

handler("mailer").on(ItemAdded, Emptied, (message) => {
  // refused: 'message.payload' is possibly 'null'.
  return AddItem(message.streamId, { productId: message.payload.productId, price: 1 })
})

// refused: Type 'string' is not assignable to type
handler("mailer").on(ItemAdded, () => "done")

/** These are fine: nothing in them is refused. */
export const fine = handler("mailer").on(ItemAdded, Emptied, async (message) =>
  message.type === "carts.emptied" ? [] : AddItem(message.streamId, message.payload).at(new Date(0)),
)
