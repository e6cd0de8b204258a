import { deepEqual, equal } from "node:assert/strict"

import { actor, command, event, handler, projector } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"

const InEuros = Schema.Struct({ euros: Schema.Number })
const InCents = Schema.Struct({ cents: Schema.Int })

const OldPay = command("bills.pay", InEuros)
const OldPaid = event("bills.paid", InEuros)
const Pay = command("bills.pay", InCents).from(InEuros, ({ euros }) => ({ cents: euros * 100 }))
const Paid = event("bills.paid", InCents).from(InEuros, ({ euros }) => ({ cents: euros * 100 }))

const OldBill = actor("bill", () => ({ euros: 0 }))
  .event(OldPaid, (bill, { payload }) => {
    bill.euros += payload.euros
  })
  .command(OldPay, (_bill, { payload }, { event: emit }) => {
    emit(OldPaid, payload)
  })

const Bill = actor("bill", () => ({ cents: 0 }))
  .event(Paid, (bill, { payload }) => {
    bill.cents += payload.cents
  })
  .command(Pay, (_bill, { payload }, { event: emit }) => {
    emit(Paid, payload)
  })

const Takings = projector
  .stateStored("takings", () => ({ cents: 0 }))
  .event(Paid, (takings, { payload }) => {
    takings.cents += payload.cents
  })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("actors, projectors and handlers of a new release read what the old one has stored and left undone [M5.a]", async () => {
      const log = await openLog(backend)
      const old = await log.app({ reactors: [OldBill] })
      await old.execute(OldPay("bill-1", { euros: 3 }))
      await old.dispatch(OldPay("bill-1", { euros: 4 }))
      await old.close()

      const heard: number[] = []
      const Books = handler("books").on(Paid, ({ payload }) => void heard.push(payload.cents))
      const app = await log.app({ reactors: [Bill, Takings, Books] })
      await app.drain()
      await app.execute(Pay("bill-1", { cents: 50 }))
      await app.drain()
      equal((await app.load(Bill, "bill-1")).state.cents, 750)
      deepEqual(await app.projection(Takings).get("bill-1"), { cents: 750 })
      deepEqual(heard, [300, 400, 50])
    })

    it("the old release, still at work beside the new one, does not misread what that stores: it waits [M5.a]", async () => {
      const log = await openLog(backend)
      const heard: number[] = []
      const OldBooks = handler("books").on(OldPaid, ({ payload }) => void heard.push(payload.euros))
      const old = await log.app({ reactors: [OldBooks] })
      await old.dispatch(Paid("bill-1", { cents: 50 }))
      await old.drain()
      const [group] = await old.groups(["books"])
      equal(group?.status, "stopped")
      equal(group.lag, 1)

      const Books = handler("books").on(Paid, ({ payload }) => void heard.push(payload.cents))
      const app = await log.app({ reactors: [Books] })
      await app.startConsumerGroup("books")
      await app.drain()
      deepEqual(heard, [50])
    })
  })
}
