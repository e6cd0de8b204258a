import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

import { type App, createApp } from "@millrace/core"

import { OrderPlaced } from "./reactors.ts"
import { type CustomersTable, openCustomersTable } from "./src/customers-table.ts"
import { centsInAll, centsOf, CUSTOMERS, ORDERS, ORDERS_EACH } from "./src/orders.ts"
import { startWorker } from "./src/start-worker.ts"

/** The worker is killed right after it has saved this many rows. */
const CRASH_AT_SAVE = 4

/** How often the worker's progress is looked at. */
const LOOK_MS = 20

const tx = process.argv.includes("--without-tx") ? "without-tx" : "with-tx"
const folder = await mkdtemp(join(tmpdir(), "millrace-customers-"))
const file = join(folder, "shop.db")
const app = await createApp({ backend: `sqlite:${file}` })
const table = openCustomersTable(file)

await placeOrders(app)
console.log(`${ORDERS} orders of ${CUSTOMERS.length} customers are in the log`)

const doomed = startWorker(file, { tx, crashAtSave: CRASH_AT_SAVE })
console.log(`worker ended by ${await doomed.ended}, right after it had saved row ${CRASH_AT_SAVE}`)
const afterCrash = await agree(app, table)

const worker = startWorker(file, { tx })
console.log("worker started again")
await Promise.race([untilSettled(app), worker.ended.then((how) => Promise.reject(new Error(`worker ended: ${how}`)))])
worker.stop()
await worker.ended
const afterAll = await agree(app, table)

const rows = table.rows()
for (const { customer, orders, cents } of rows)
  console.log(`  ${customer}  ${orders} orders  ${(cents / 100).toFixed(2)}`)
const asOrdered =
  rows.length === CUSTOMERS.length &&
  rows.every(({ orders, cents }, customer) => orders === ORDERS_EACH && cents === centsInAll(customer))
console.log(`orders ${ORDERS} · in the table ${table.orders()} · as ordered: ${asOrdered ? "yes" : "no"}`)
table.close()
await app.close()
await rm(folder, { recursive: true })
process.exitCode = afterCrash && afterAll && asOrdered ? 0 : 1

async function placeOrders({ dispatch }: Pick<App, "dispatch">): Promise<void> {
  for (let order = 0; order < ORDERS_EACH; order += 1) {
    await Promise.all(
      CUSTOMERS.map((name, customer) => dispatch(OrderPlaced(`customer-${name}`, { cents: centsOf(customer, order) }))),
    )
  }
}

/** How many orders the projector's checkpoints have passed. */
async function settled(of: Pick<App, "groups">): Promise<number> {
  const [group] = await of.groups(["customer_totals"])
  if (group === undefined || group.stopped !== undefined) {
    throw new Error(`the projector does not run: ${group?.stopped?.error ?? "its group is missing"}`)
  }
  return ORDERS - group.lag
}

async function untilSettled(of: Pick<App, "groups">): Promise<void> {
  while ((await settled(of)) < ORDERS) await pause(LOOK_MS)
}

async function agree(of: Pick<App, "groups">, { orders }: CustomersTable): Promise<boolean> {
  const [inTable, passed] = [orders(), await settled(of)]
  console.log(`  table ${inTable} orders · checkpoint ${passed} orders · agree: ${inTable === passed ? "yes" : "no"}`)
  return inTable === passed
}
