import { actor, command, event, handler, parkOnError, projector, retryOnError } from "@millrace/core"
import * as Schema from "effect/Schema"

const InEuros = Schema.Struct({ euros: Schema.Number })
const InCents = Schema.Struct({ cents: Schema.Int })

/** How the first release spoke of bills: in euros. */
export const PayInEuros = command("bills.pay", InEuros)
const PaidInEuros = event("bills.paid", InEuros)
export const FirstBill = actor("bill", () => ({ euros: 0 }))
  .event(PaidInEuros, (bill, { payload }) => {
    bill.euros += payload.euros
  })
  .command(PayInEuros, (_bill, { payload }, { event: emit }) => {
    emit(PaidInEuros, payload)
  })

/** How the second does: in cents, with snapshots. */
export const Pay = command("bills.pay", InCents).from(InEuros, ({ euros }) => ({ cents: euros * 100 }))
export const Paid = event("bills.paid", InCents).from(InEuros, ({ euros }) => ({ cents: euros * 100 }))
export const Bill = actor("bill", () => ({ cents: 0 }), {
  snapshot: { version: 1, every: 2, schema: InCents },
})
  .event(Paid, (bill, { payload }) => {
    bill.cents += payload.cents
  })
  .command(Pay, (_bill, { payload }, { event: emit }) => {
    emit(Paid, payload)
  })

/** What came in, by bill. */
export const Takings = projector
  .stateStored("takings", () => ({ cents: 0 }))
  .event(Paid, (takings, { payload }) => {
    takings.cents += payload.cents
  })

/** Handlers that fail at some bills until they are told that all is well. */
export function listeners(isWell: boolean, heard: string[] = []) {
  const hear =
    (name: string, failing: string) =>
    ({ streamId, payload }: { readonly streamId: string; readonly payload: { readonly cents: number } }): void => {
      if (!isWell && streamId === failing) throw new Error(`${name} is not well`)
      heard.push(`${name} ${streamId} ${payload.cents}`)
    }
  return [
    handler("post", { errorStrategy: parkOnError() }).on(Paid, hear("post", "bill-parked")),
    handler("bank", { errorStrategy: retryOnError({ times: 3, afterMs: 60_000 }) }).on(
      Paid,
      hear("bank", "bill-retried"),
    ),
    handler("tax").on(Paid, hear("tax", "bill-stopped")),
  ]
}
