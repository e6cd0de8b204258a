import { DatabaseSync } from "node:sqlite"

import { CUSTOMER_TABLE } from "../reactors.ts"

/** The user's table, read and made over a connection of its own: Millrace has no part in it. */
export interface CustomersTable {
  /** All rows, by customer. */
  readonly rows: () => readonly { readonly customer: string; readonly orders: number; readonly cents: number }[]
  /** How many orders the rows add up to. */
  readonly orders: () => number
  readonly close: () => void
}

export function openCustomersTable(file: string): CustomersTable {
  const database = new DatabaseSync(file)
  database.exec(CUSTOMER_TABLE)
  const select = database.prepare("SELECT customer, orders, cents FROM customers ORDER BY customer")
  const rows = () =>
    select.all().map(({ customer, orders, cents }) => ({
      customer: String(customer),
      orders: Number(orders),
      cents: Number(cents),
    }))
  return {
    rows,
    orders: () => rows().reduce((sum, { orders }) => sum + orders, 0),
    close: () => database.close(),
  }
}
