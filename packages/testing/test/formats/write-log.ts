import { type Backend, createApp, silentLogger } from "@millrace/core"

import { Bill, FirstBill, listeners, Paid, Pay, PayInEuros, Takings } from "./bills.ts"

/**
 * Writes a log with a bit of everything that a storage keeps: payloads of two shapes, decided and undecided commands, what retention left, an idempotency key,
 * projections and a snapshot, a schedule, and groups with a dead letter, a retry, a stop, a reset and a skip.
 */
export async function writeLog(backend: Backend): Promise<void> {
  const first = await createApp({ backend, reactors: [FirstBill], logger: silentLogger, processName: "first" })
  await first.execute(PayInEuros("bill-gone", { euros: 1 }))
  await first.execute(PayInEuros("bill-1", { euros: 3 }))
  await first.close()

  const app = await createApp({
    backend,
    reactors: [Bill, Takings, ...listeners(false)],
    logger: silentLogger,
    processName: "second",
  })
  for (const cents of [50, 25]) await app.execute(Pay("bill-1", { cents }))
  await app.dispatch(Pay("bill-2", { cents: 7 }), { idempotencyKey: "pay-7" })
  await app.execute(Pay("bill-parked", { cents: 1 }))
  await app.execute(Pay("bill-retried", { cents: 2 }))
  await app.drain()
  await app.resetConsumerGroup("takings")
  await app.drain()
  const [gone] = await app.readStream("bill-gone", { include: "all", direction: "backward", limit: 1 })
  await app.trim(gone?.position ?? 0, { force: true })
  await app.execute(Pay("bill-stopped", { cents: 4 }))
  await app.drain()
  const skipped = await app.dispatch(Paid("bill-3", { cents: 100 }))
  await app.skipMessage("post", skipped.position)
  await app.stopConsumerGroup("bank", "the bank is closed")
  await app.scheduleMessages([Pay("bill-2", { cents: 9 })], { at: new Date("2199-01-01T00:00:00Z") })
  await app.dispatch(Pay("bill-2", { cents: 11 }))
  await app.close()
}
