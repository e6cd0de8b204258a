import { deepEqual, equal } from "node:assert/strict"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"

import type { App } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { oneOf } from "../one-of.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { FleetTally } from "../processes/fleet-reactors.ts"
import { type Fleet, startFleet } from "../processes/start-fleet.ts"
import { quantityOf } from "../quantity-of.ts"
import { AddItem } from "../shop.ts"

const LEASE_MS = 1_500
const WRITERS = 8
const CARTS = Array.from({ length: 12 }, (_, at) => `cart-${at}`)
/** How much is handled between one trouble and the next. */
const MEANWHILE = 40
/** With which settle of effects in hand a worker stops itself. */
const PAUSE_AT = 10
const TEST_MS = 300_000

/** Sends items one after another, each when the one before has been handled, until `done`. Answers what it sent, by cart. */
async function write(
  app: App,
  at: number,
  { fleet, done }: { readonly fleet: Fleet; readonly done: () => boolean },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const sent = new Map<string, string[]>()
  for (let turn = 0; !done(); turn += 1) {
    const cart = oneOf(CARTS, at + turn * 5)
    const productId = `${at}-${turn}`
    const handled = fleet.next(({ event, streamId }) => event === "handled" && streamId === cart)
    await app.dispatch(AddItem(cart, { productId, quantity: turn + 1 }))
    sent.set(cart, [...(sent.get(cart) ?? []), productId])
    await handled
  }
  return sent
}

/** Kills a worker while it works, and starts another under its name, until that one works. */
async function killOne(fleet: Fleet, name: string, worker: ChildProcess): Promise<ChildProcess> {
  const atWork = () => fleet.next(({ event, processName }) => event === "handled" && processName === name)
  await atWork()
  worker.kill("SIGKILL")
  const again = await fleet.start(name)
  await atWork()
  return again
}

/** Waits until a worker has stopped itself with a settle in hand, and others have taken its streams over. */
async function pauseOne(fleet: Fleet, name: string): Promise<void> {
  const { streams = [] } = await fleet.next(({ event, processName }) => event === "paused" && processName === name)
  await Promise.all(
    streams.map((stream) =>
      fleet.next(
        ({ event, processName, streamId }) => event === "handled" && processName !== name && streamId === stream,
      ),
    ),
  )
}

/** Waits until so many processes work on the log: one that only starts ends when the server is away. */
async function untilJoined(app: App, count: number): Promise<void> {
  while ((await app.processes()).filter(({ live }) => live).length < count) await setTimeout(20)
}

/** Waits until no group has anything left. */
async function untilQuiet(app: App): Promise<void> {
  while (!(await app.groups()).every(({ lag }) => lag === 0)) await setTimeout(20)
}

/** All that has to hold of a cart, whatever happened: each item once and in each writer's order, and for each one effect, in order. */
async function checkCart(app: App, cart: string, sent: readonly ReadonlyMap<string, readonly string[]>[]) {
  const items = await app.readStream(cart)
  const products = items.map(({ payload }) => productOf(payload))
  deepEqual(products.toSorted(), sent.flatMap((one) => one.get(cart) ?? []).toSorted(), `the items of ${cart}`)
  for (const one of sent) {
    const own = one.get(cart) ?? []
    deepEqual(
      products.filter((product) => own.includes(product)),
      own,
      `a writer's items of ${cart}, in order`,
    )
  }
  const quantities = items.map(({ payload }) => quantityOf(payload))
  const effects = await app.readStream(`effect-${cart}`)
  deepEqual(
    effects.map(({ metadata }) => [metadata["of"], metadata["quantity"]]),
    quantities.map((quantity, index) => [index + 1, quantity]),
    `the effects of ${cart}`,
  )
  return { items: items.length, total: quantities.reduce((sum, quantity) => sum + quantity, 0) }
}

function productOf(payload: unknown): string {
  return typeof payload === "object" && payload !== null && "productId" in payload ? String(payload.productId) : "?"
}

/** What goes wrong while everybody works. Answers what became of the settle that a paused worker had in hand. */
async function trouble(log: TestLog, fleet: Fleet, { one, two }: Readonly<Record<"one" | "two", ChildProcess>>) {
  const paused = pauseOne(fleet, "two")
  await fleet.handled(MEANWHILE)
  const again = await killOne(fleet, "one", one)
  await paused
  await log.restart?.()
  await fleet.handled(MEANWHILE)
  const late = fleet.next(({ event }) => event === "resumed")
  two.kill("SIGCONT")
  const { settled } = await late
  await fleet.handled(MEANWHILE)
  return { again, settled }
}

for (const storage of backends) {
  if (!storage.shared) continue
  describe(`on ${storage.name}`, () => {
    it(
      "four worker processes and eight writers on one log: one killed, one paused past its lease, the server restarted; every effect is there once and in order, and the paused one's settle is refused [S41.c lesson 7 lesson 29 lesson 35 lesson 43 lesson 45 lesson 46]",
      { timeout: TEST_MS },
      async () => {
        const log = await openLog(storage, { real: true, durable: true })
        const apps = await Promise.all(Array.from({ length: WRITERS }, () => log.app({ limits: { writeTries: 20 } })))
        const fleet = startFleet({ storage: storage.name, url: urlOf(log), leaseMs: LEASE_MS })
        const [one, two, three, four] = await Promise.all([
          fleet.start("one"),
          fleet.start("two", { pauseAt: PAUSE_AT }),
          fleet.start("three"),
          fleet.start("four"),
        ])
        await Promise.race([untilJoined(oneOf(apps, 0), 4), fleet.failed])
        let done = false
        const writing = Promise.all(apps.map((app, at) => write(app, at, { fleet, done: () => done })))
        const { again, settled } = await Promise.race([
          trouble(log, fleet, { one, two }),
          fleet.failed,
          // A writer that fails is no trouble that was planned.
          writing.then(() => Promise.reject(new Error("the writers ended early"))),
        ])
        done = true
        const sent = await Promise.race([writing, fleet.failed])

        equal(settled?.kind, "fenced")
        const { tx } = (await log.connect()).capabilities
        const reader = await log.app({ reactors: [FleetTally] })
        await untilQuiet(reader)
        const tallies = new Map((await reader.projection(FleetTally).list()).map(({ id, state }) => [id, state]))
        for (const cart of CARTS) {
          const { items, total } = await checkCart(reader, cart, sent)
          deepEqual(tallies.get(cart), { id: cart, items, inOrder: true })
          if (tx) equal(await log.row(cart), total, `the row of ${cart}`)
        }
        await endAll([again, two, three, four])
      },
    )
  })
}

/** Every worker ends in good order when it is asked to. */
async function endAll(workers: readonly ChildProcess[]): Promise<void> {
  const ends = workers.map((worker) => once(worker, "exit"))
  for (const worker of workers) worker.kill("SIGTERM")
  await Promise.all(ends)
  deepEqual(
    workers.map(({ exitCode }) => exitCode),
    workers.map(() => 0),
  )
}

function urlOf({ url }: TestLog): string {
  if (url === undefined) throw new Error("this log can not be reached by another process")
  return url
}
