import { event, projector } from "@millrace/core"
import { sqlite, type SqliteTx } from "@millrace/sqlite"
import * as Schema from "effect/Schema"

import { afterSave } from "./src/crash.ts"

export const OrderPlaced = event("shop.order_placed", Schema.Struct({ cents: Schema.Int }))

/** The user's table. It lies in the database of the log, for a transaction can not span two. */
export const CUSTOMER_TABLE = `
  CREATE TABLE IF NOT EXISTS customers (customer TEXT PRIMARY KEY, orders INTEGER NOT NULL, cents INTEGER NOT NULL) STRICT`

interface CustomerRow {
  readonly customer: string
  readonly orders: number
  readonly cents: number
}

/** What each customer has ordered. Through `tx`, rows and progress are stored together or not at all. */
export const CustomerTotals = projector
  .stateStored("customer_totals", (customer, { tx }) => loadRow(tx, customer), { tx: sqlite.tx })
  .event(OrderPlaced, (row, { payload }) => ({ ...row, orders: row.orders + 1, cents: row.cents + payload.cents }))
  .sync(({ state, tx }) => {
    saveRow(tx, state)
    afterSave()
  })

/** The same over a connection of its own, which no transaction ties to the progress: what a crash comes between is counted twice. */
export function customerTotalsWithoutTx(connection: Pick<SqliteTx, "prepare">) {
  return projector
    .stateStored("customer_totals", (customer) => loadRow(connection, customer))
    .event(OrderPlaced, (row, { payload }) => ({ ...row, orders: row.orders + 1, cents: row.cents + payload.cents }))
    .sync(({ state }) => {
      saveRow(connection, state)
      afterSave()
    })
}

function loadRow(tx: Pick<SqliteTx, "prepare">, customer: string): CustomerRow {
  const row = tx.prepare("SELECT orders, cents FROM customers WHERE customer = ?").get(customer)
  return { customer, orders: Number(row?.["orders"] ?? 0), cents: Number(row?.["cents"] ?? 0) }
}

function saveRow(tx: Pick<SqliteTx, "prepare">, { customer, orders, cents }: CustomerRow): void {
  tx.prepare("INSERT OR REPLACE INTO customers (customer, orders, cents) VALUES (?, ?, ?)").run(customer, orders, cents)
}
