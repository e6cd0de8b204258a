import { describe, expect, it } from "vitest"

import { DefinitionError, event, type Outcome, projector, REGISTRATION, txToken } from "../../src/index.ts"
import { AddItem, apple, Cart, ItemAdded } from "../actor/cart.ts"
import { shelf, type Shelf } from "./shelf.ts"

const closed = Cart.events.closed
const count = (id: string) => ({ id, items: 0 })

describe("a projector whose state Millrace keeps", () => {
  const Totals = projector
    .stateStored("totals", count)
    .event(ItemAdded, (totals) => {
      totals.items += 1
    })
    .event(closed, () => {
      throw new Error("no closing here")
    })

  it("puts its state once per batch, at the revision it was read", async () => {
    const log = shelf()
    const outcome = await log.handle(Totals, log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple)))
    expect(actionsIn(outcome)).toEqual([
      [],
      [
        {
          kind: "put",
          put: {
            collection: "projection:totals",
            id: "cart-1",
            expectedRevision: 0,
            value: { position: 2, state: { id: "cart-1", items: 2 } },
          },
        },
      ],
    ])
  })

  it("goes on from what is kept", async () => {
    const log = shelf()
    keep(log, await log.handle(Totals, log.put(ItemAdded("cart-1", apple))))
    const outcome = await log.handle(Totals, log.put(ItemAdded("cart-1", apple)))
    expect(putIn(outcome)).toMatchObject({ expectedRevision: 1, value: { state: { items: 2 } } })
  })

  it("begins anew when a message comes again that it knew: a reset rebuilds", async () => {
    const log = shelf()
    const events = log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple))
    keep(log, await log.handle(Totals, events))
    const again = await log.handle(Totals, events.slice(0, 1), { replaying: true, handledBefore: true })
    expect(putIn(again)).toMatchObject({ expectedRevision: 1, value: { position: 1, state: { items: 1 } } })
    keep(log, again)
    expect(putIn(await log.handle(Totals, events.slice(1), { replaying: true }))).toMatchObject({
      value: { state: { items: 2 } },
    })
  })

  it("keeps the state of before the message that failed", async () => {
    const log = shelf()
    const outcome = await log.handle(
      Totals,
      log.put(ItemAdded("cart-1", apple), closed("cart-1", { total: 1 }), ItemAdded("cart-1", apple)),
    )
    expect(outcome.failed).toMatchObject({
      delivery: { message: { position: 2 } },
      error: { message: "no closing here" },
    })
    expect(putIn(outcome)).toMatchObject({ value: { position: 1, state: { items: 1 } } })
  })

  it("keeps nothing of an evolve function that failed half way", async () => {
    const log = shelf()
    const Half = projector.stateStored("half", count).event(ItemAdded, (state, added) => {
      state.items += 1
      if (added.version === 2) throw new Error("half way")
    })
    const outcome = await log.handle(Half, log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple)))
    expect(putIn(outcome)).toMatchObject({ value: { state: { items: 1 } } })
  })

  it("blames the message that made its state something JSON can not hold", async () => {
    const log = shelf()
    const Odd = projector
      .stateStored("odd", (): { when: unknown } => ({ when: null }))
      .event(ItemAdded, (state, added) => {
        if (added.version === 2) state.when = new Date(0)
      })
    const outcome = await log.handle(Odd, log.put(...[1, 2, 3].map(() => ItemAdded("cart-1", apple))))
    expect(outcome.failed?.delivery.message.version).toBe(2)
    expect(String(outcome.failed?.error)).toContain("when: JSON can not hold a Date")
    expect(putIn(outcome)).toMatchObject({ value: { position: 1, state: { when: null } } })
  })

  it("keyed by something else keeps one state per key, of a batch of several streams", async () => {
    const log = shelf()
    const PerCategory = projector
      .stateStored("per_category", count, { partitionBy: "category" })
      .event(ItemAdded, (state) => {
        state.items += 1
      })
    expect(PerCategory[REGISTRATION].order).toBe("key")
    const outcome = await log.handle(PerCategory, log.put(ItemAdded("cart-1", apple), ItemAdded("cart-2", apple)))
    expect(putIn(outcome)).toMatchObject({ id: "cart", value: { state: { items: 2 } } })
  })

  it("reacts to each message with the state after it, and not while replaying", async () => {
    const log = shelf()
    const Reacting = Totals.reaction(ItemAdded, (totals, added, { dispatch }) => {
      if (totals.items === 2) dispatch(AddItem, added.payload).to("cart-9")
    })
    const events = log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple), ItemAdded("cart-1", apple))
    const kinds = (outcome: Outcome) => actionsIn(outcome).map((actions) => actions.map((action) => action.kind))
    expect(kinds(await log.handle(Reacting, events))).toEqual([[], ["append-next"], ["put"]])
    expect(kinds(await log.handle(Reacting, events, { replaying: true, handledBefore: true }))).toEqual([
      [],
      [],
      ["put"],
    ])
  })
})

describe("a projector that is rebuilt from history", () => {
  const synced: string[] = []
  const History = projector
    .eventSourced("history", count)
    .event([ItemAdded, closed], (state) => {
      state.items += 1
    })
    .sync(({ id, state, events, replaying }) => {
      synced.push(`${id} ${state.items} ${events.length} ${replaying ? "again" : "new"}`)
    })

  it("syncs the state after the batch, from events it was given and events it was not", async () => {
    const log = shelf()
    synced.length = 0
    log.put(ItemAdded("cart-1", apple), event("carts.other")("cart-1"))
    await work(await log.handle(History, log.put(ItemAdded("cart-1", apple), closed("cart-1", { total: 4 }))))
    expect(synced).toEqual(["cart-1 3 2 new"])
  })

  it("goes on from what it remembers, which sync can not reach", async () => {
    const log = shelf()
    const states: { items: number }[] = []
    const Keeping = projector
      .eventSourced("keeping", count)
      .event(ItemAdded, (state) => {
        state.items += 1
      })
      .sync(({ state }) => void states.push(state))
    for (let round = 0; round < 3; round += 1) {
      const outcome = await log.handle(Keeping, log.put(ItemAdded("cart-1", apple)))
      await work(outcome)
      outcome.stored?.()
      for (const state of states) state.items += 100
    }
    expect(states.map((state) => state.items)).toEqual([301, 202, 103])
    expect(log.reads).toEqual([])
  })

  it("is told exactly what is replayed: a batch across the limit syncs twice", async () => {
    const log = shelf()
    synced.length = 0
    const events = log.put(...[1, 2, 3].map(() => ItemAdded("cart-1", apple)))
    const deliveries = events.map((message, index) => {
      const before = index < 2
      return { message, replaying: before, handledBefore: before, attempt: 1 }
    })
    const outcome = await log.deliver(History, deliveries)
    await work(outcome)
    expect(synced).toEqual(["cart-1 2 2 again", "cart-1 3 1 new"])
    expect(outcome.done).toHaveLength(3)
  })

  it("syncs the state as of the last message that succeeded", async () => {
    const log = shelf()
    synced.length = 0
    const Failing = History.reaction(closed, () => {
      throw new Error("no")
    })
    const outcome = await log.handle(
      Failing,
      log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple), closed("cart-1", { total: 1 })),
    )
    await work(outcome)
    expect(outcome.failed?.error).toMatchObject({ message: "no" })
    expect(synced).toEqual(["cart-1 2 2 new"])
  })
})

describe("a projector with storage of its own", () => {
  const saved = new Map<string, number>()
  const Rows = projector
    .stateStored("rows", (id) => ({ items: saved.get(id) ?? 0 }))
    .event(ItemAdded, (row) => {
      row.items += 1
    })
    .sync(({ id, state }) => void saved.set(id, state.items))

  it("loads its state before the batch and saves it before the settle", async () => {
    const log = shelf()
    saved.set("cart-1", 5)
    const outcome = await log.handle(Rows, log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple)))
    expect(actionsIn(outcome)).toMatchObject([[], [{ kind: "sync", work: { needsTx: false } }]])
    expect(saved.get("cart-1")).toBe(5)
    await work(outcome)
    expect(saved.get("cart-1")).toBe(7)
  })

  it("with the storage's handle loads and saves inside the settle", async () => {
    const log = shelf()
    const token = txToken<Map<string, number>>("memory")
    const InTx = projector
      .stateStored("in_tx", (id, { tx }) => ({ items: tx.get(id) ?? 0 }), { tx: token })
      .event(ItemAdded, (row) => {
        row.items += 1
      })
      .sync(({ id, state, tx }) => void tx.set(id, state.items))
    expect(InTx[REGISTRATION]).toMatchObject({ needsTx: true, txStorage: "memory" })
    const outcome = await log.handle(InTx, log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple)))
    const table = new Map([["cart-1", 1]])
    await work(outcome, table)
    expect(table.get("cart-1")).toBe(3)
  })

  it("tells the outside world once its state is stored", async () => {
    const log = shelf()
    const told: number[] = []
    const Telling = Rows.afterCommit(({ state }) => void told.push(state.items))
    saved.clear()
    const outcome = await log.handle(Telling, log.put(ItemAdded("cart-1", apple)))
    await work(outcome)
    for (const action of outcome.done.flatMap((one) => one.actions))
      if (action.kind === "after-commit") await action.run()
    expect(told).toEqual([1])
  })
})

describe("a projector is refused where it is registered", () => {
  const token = txToken<object>("memory")
  it.each([
    ["that follows nothing", () => projector.stateStored("x", count)[REGISTRATION]],
    [
      "that asks for tx and never uses it",
      () => projector.stateStored("x", count, { tx: token }).event(ItemAdded)[REGISTRATION],
    ],
    [
      "that reacts to a state it loads inside the settle",
      () =>
        projector
          .stateStored("x", count, { tx: token })
          .event(ItemAdded)
          .sync(() => {})
          .reaction(() => {})[REGISTRATION],
    ],
    ["that declares an event twice", () => projector.stateStored("x", count).event(ItemAdded).event(ItemAdded)],
    [
      "that has two sync blocks",
      () =>
        projector
          .stateStored("x", count)
          .sync(() => {})
          .sync(() => {}),
    ],
    ["without a name", () => projector.stateStored("", count)],
  ])("%s", (_what, define) => {
    expect(define).toThrow(DefinitionError)
  })
})

function actionsIn(outcome: Outcome) {
  return outcome.done.map((one) => one.actions)
}

function putIn(outcome: Outcome) {
  const put = outcome.done.flatMap((one) => one.actions).find((action) => action.kind === "put")
  expect(put).toBeDefined()
  return put?.put
}

/** Stores what a batch put, as a settle would. */
function keep(log: Shelf, outcome: Outcome): void {
  const put = putIn(outcome)
  if (put?.value === undefined) return
  const { collection, id, value } = put
  const key = `${collection}/${id}`
  const revision = (log.documents.get(key)?.revision ?? 0) + 1
  log.documents.set(key, { collection, id, revision, value })
}

/** Runs the work of a batch, as a settle would. */
async function work(outcome: Outcome, tx?: unknown): Promise<void> {
  for (const action of outcome.done.flatMap((one) => one.actions)) {
    if (action.kind === "sync") await action.work.run({ tx, idempotencyKey: "key" })
  }
}
