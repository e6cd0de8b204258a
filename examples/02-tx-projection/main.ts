import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

import { type App, createApp } from "@millrace/core"

import { CustomerTotals, OrderPlaced } from "./reactors.ts"
import { type CustomersTable, openCustomersTable } from "./src/customers-table.ts"
import { startWorker } from "./src/start-worker.ts"

const CUSTOMERS = ["ada", "bob", "cid", "dot", "eve", "fay", "gus", "hal", "ivy", "jon"]
const ORDERS_EACH = 30
const ORDERS = CUSTOMERS.length * ORDERS_EACH

/** The worker is killed right after it has written this row. */
const CRASH_AT_SAVE = 4

/** How often the worker's progress is looked at. */
const LOOK_MS = 20

type CustomersApp = App<typeof CustomerTotals>

const folder = await mkdtemp(join(tmpdir(), "millrace-customers-"))
const file = join(folder, "shop.db")
const app = await createApp({ backend: `sqlite:${file}`, reactors: [CustomerTotals] })
const table = openCustomersTable(file)

await placeOrders(app)
console.log(`${ORDERS} orders of ${CUSTOMERS.length} customers are in the log`)

const doomed = startWorker(`sqlite:${file}`, { crashAtSave: CRASH_AT_SAVE })
console.log(
  `worker ended by ${await doomed.ended}, inside its transaction, right after it had written row ${CRASH_AT_SAVE}`,
)
const afterCrash = await agree(app, table)

const worker = startWorker(`sqlite:${file}`)
console.log("worker started again")
while ((await settled(app)) < ORDERS) await pause(LOOK_MS)
worker.stop()
await worker.ended
const afterAll = await agree(app, table)

for (const { customer, orders, cents } of table.rows()) {
  console.log(`  ${customer}  ${orders} orders  ${(cents / 100).toFixed(2)}`)
}
const sound = afterCrash && afterAll && matchesTheOrders(table)
console.log(`orders ${ORDERS} · in the table ${table.orders()} · as ordered: ${sound ? "yes" : "no"}`)
table.close()
await app.close()
await rm(folder, { recursive: true })
process.exitCode = sound ? 0 : 1

function centsOf(order: number): number {
  return 1_000 + ((order * 37) % 900)
}

async function placeOrders(to: CustomersApp): Promise<void> {
  for (let order = 0; order < ORDERS_EACH; order += 1) {
    await Promise.all(
      CUSTOMERS.map((customer) => to.dispatch(OrderPlaced(`customer-${customer}`, { cents: centsOf(order) }))),
    )
  }
}

/** How many orders the group's checkpoints have passed. */
async function settled(of: CustomersApp): Promise<number> {
  const [group] = await of.groups([CustomerTotals])
  if (group === undefined || group.stopped !== undefined) {
    throw new Error(`the projector has stopped: ${group?.stopped?.error ?? "its group is gone"}`)
  }
  return ORDERS - group.lag
}

async function agree(of: CustomersApp, { orders }: CustomersTable): Promise<boolean> {
  const [inTable, passed] = [orders(), await settled(of)]
  console.log(`  table ${inTable} orders · checkpoint ${passed} orders · agree: ${inTable === passed ? "yes" : "no"}`)
  return inTable === passed
}

function matchesTheOrders({ rows }: CustomersTable): boolean {
  const cents = Array.from({ length: ORDERS_EACH }, (_, order) => centsOf(order)).reduce((sum, one) => sum + one, 0)
  const found = rows()
  return found.length === CUSTOMERS.length && found.every((row) => row.orders === ORDERS_EACH && row.cents === cents)
}
