import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { actor, event, type Outcome, UndecodablePayload, UnknownMessageType } from "../../src/index.ts"
import { AddItem, apple, Cart, ItemAdded } from "../actor/cart.ts"
import { shelf } from "./shelf.ts"

/** A cart that says how many items it saw with each one, and tells a ledger. */
const seen: string[] = []
const Watched = Cart.reaction(ItemAdded, (cart, added) => {
  seen.push(`${added.version}:${cart.items.length}`)
})

describe("an actor's batch", () => {
  it("decides its commands one after another on one evolving state [lesson 1]", async () => {
    const log = shelf()
    const commands = log.put(AddItem("cart-1", apple), AddItem("cart-1", apple), Cart.commands.close("cart-1"))
    const outcome = await log.handle(Cart, commands)
    expect(actionsIn(outcome)).toMatchObject([
      [{ kind: "append-after", streamId: "cart-1", expectedVersion: 0, messages: [{ type: "carts.item_added" }] }],
      [{ kind: "append-after", expectedVersion: 1 }],
      [{ kind: "append-after", expectedVersion: 2, messages: [{ payload: { total: 40 } }] }],
    ])
    expect(log.reads).toEqual(["cart-1>0"])
  })

  it("stops at the command that fails, with the original error and what came before", async () => {
    const log = shelf()
    const commands = log.put(
      AddItem("cart-1", apple),
      Cart.commands.close("cart-1"),
      AddItem("cart-1", apple),
      Cart.commands.look("cart-1"),
    )
    const outcome = await log.handle(Cart, commands)
    expect(outcome.done).toHaveLength(2)
    expect(outcome.failed).toMatchObject({
      delivery: { message: { position: 3 } },
      error: { message: "cart is not open" },
    })
  })

  it("decides no command that was handled before, or decided where it was stored [lesson 22]", async () => {
    const log = shelf()
    const [first] = log.put(AddItem("cart-1", apple))
    const executed = log.put(AddItem("cart-1", apple)).map((one) => ({ ...one, decided: true as const }))
    expect(actionsIn(await log.handle(Cart, first === undefined ? [] : [first], { handledBefore: true }))).toEqual([[]])
    expect(actionsIn(await log.handle(Cart, executed))).toEqual([[]])
    expect(log.reads).toEqual([])
  })

  it("remembers its state once it is stored, and reads only what came since [lesson 21]", async () => {
    const log = shelf()
    log.put(...Array.from({ length: 5 }, () => ItemAdded("cart-1", apple)))
    const first = await log.handle(Cart, log.put(AddItem("cart-1", apple)))
    expect([...log.memory.keys()]).toEqual([])
    log.put(ItemAdded("cart-1", apple))
    first.stored?.()
    const second = await log.handle(Cart, log.put(Cart.commands.close("cart-1")))
    expect(actionsIn(second)).toMatchObject([[{ expectedVersion: 6, messages: [{ payload: { total: 120 } }] }]])
    expect(log.reads).toEqual(["cart-1>0", "cart-1>6"])
  })

  it("trusts no memory after a conflict", async () => {
    const log = shelf()
    log.put(ItemAdded("cart-1", apple))
    const outcome = await log.handle(Cart, log.put(AddItem("cart-1", apple)))
    outcome.stored?.()
    await log.handle(Cart, log.put(AddItem("cart-1", apple)), { fresh: true })
    expect(log.reads).toEqual(["cart-1>0", "cart-1>0"])
  })

  it("keeps its state when a command is refused before it emitted anything, and drops it otherwise", async () => {
    const log = shelf()
    log.put(ItemAdded("cart-1", apple), Cart.events.closed("cart-1", { total: 20 }))
    const refused = await log.handle(Cart, log.put(AddItem("cart-1", apple)))
    refused.stored?.()
    expect([...log.memory.values()]).toMatchObject([{ version: 2 }])
    const Half = Cart.command("half", (_cart, _half, { event: emit }) => {
      emit("looked")
      throw new Error("half way")
    })
    const halfway = await log.handle(Half, log.put(Half.commands.half("cart-1")))
    halfway.stored?.()
    expect(halfway.failed?.error).toMatchObject({ message: "half way" })
    expect([...log.memory.values()]).toEqual([])
  })

  it("shows each reaction the state right after its own event, whatever the batch's bounds [lesson 17]", async () => {
    for (const sizes of [[6], [1, 1, 1, 1, 1, 1], [2, 4], [5, 1]]) {
      seen.length = 0
      const log = shelf()
      let rest = log.put(...Array.from({ length: 6 }, () => ItemAdded("cart-1", apple)))
      for (const size of sizes) {
        const outcome = await log.handle(Watched, rest.slice(0, size))
        outcome.stored?.()
        rest = rest.slice(size)
      }
      expect(seen).toEqual(["1:1", "2:2", "3:3", "4:4", "5:5", "6:6"])
      expect(log.reads).toEqual([])
    }
  })

  it("shows a reaction that is handled again the state it saw first [lesson 17]", async () => {
    const log = shelf()
    const events = log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple), ItemAdded("cart-1", apple))
    const outcome = await log.handle(Watched, events)
    outcome.stored?.()
    seen.length = 0
    await log.handle(Watched, events.slice(1, 2), { replaying: true, handledBefore: true })
    expect(seen).toEqual(["2:2"])
  })

  it("reads the events it was not given for a reaction", async () => {
    const log = shelf()
    log.put(ItemAdded("cart-1", apple), Cart.events.looked("cart-1"))
    const [third] = log.put(ItemAdded("cart-1", apple))
    seen.length = 0
    await log.handle(Watched, third === undefined ? [] : [third])
    expect([seen, log.reads]).toEqual([["3:2"], ["cart-1>0"]])
  })

  it("gives a reaction to a command the state its stream had when it was stored", async () => {
    const log = shelf()
    const sums: number[] = []
    const Watcher = actor("watcher", () => ({ count: 0 }))
      .event(ItemAdded, (state) => {
        state.count += 1
      })
      .reaction(AddItem, (state) => {
        sums.push(state.count)
      })
    log.put(ItemAdded("cart-1", apple))
    const commands = log.put(AddItem("cart-1", apple))
    log.put(ItemAdded("cart-1", apple))
    const later = log.put(AddItem("cart-1", apple))
    await log.handle(Watcher, [...commands, ...later])
    expect(sums).toEqual([1, 2])
  })

  it("decides commands at the head of the stream while its reactions look back", async () => {
    const log = shelf()
    seen.length = 0
    const events = log.put(ItemAdded("cart-1", apple), ItemAdded("cart-1", apple))
    const commands = log.put(Cart.commands.close("cart-1"))
    log.put(ItemAdded("cart-1", apple))
    const outcome = await log.handle(Watched, [...events, ...commands])
    expect(seen).toEqual(["1:1", "2:2"])
    expect(actionsIn(outcome)[2]).toMatchObject([{ expectedVersion: 3, messages: [{ payload: { total: 60 } }] }])
  })

  it("lets the wildcard answer every evolved event without a reaction of its own, declared before or after", async () => {
    const log = shelf()
    const answered: string[] = []
    const Wild = Cart.reaction((_cart, any) => {
      answered.push(`wild ${any.type}`)
    }).reaction(ItemAdded, () => {
      answered.push("own")
    })
    await log.handle(Wild, log.put(ItemAdded("cart-1", apple), Cart.events.looked("cart-1")))
    expect(answered).toEqual(["own", "wild cart.looked"])
  })

  it("aims what a reaction dispatches", async () => {
    const log = shelf()
    const at = new Date("2031-01-01T00:00:00.000Z")
    const Aiming = Cart.reaction(ItemAdded, async (_cart, added, { dispatch }) => {
      dispatch("look")
      dispatch(AddItem, added.payload).to("cart-2").withMetadata({ why: "twin" })
      dispatch("close").at(at)
      await Promise.resolve()
      dispatch("close").to(Cart)
    })
    const outcome = await log.handle(Aiming, log.put(ItemAdded("cart-1", apple)))
    expect(actionsIn(outcome)).toMatchObject([
      [
        {
          kind: "append-next",
          messages: [
            { type: "cart.look", streamId: "cart-1" },
            { type: "carts.add_item", streamId: "cart-2", metadata: { why: "twin" } },
            { type: "cart.close" },
          ],
        },
        { kind: "schedule", at: at.getTime(), messages: [{ type: "cart.close", streamId: "cart-1" }] },
      ],
    ])
    const [appended] = actionsIn(outcome).flat()
    const aimedAtActor = appended?.kind === "append-next" ? appended.messages.at(-1)?.streamId : undefined
    expect(aimedAtActor).toMatch(/^cart-[0-9a-f-]{36}$/)
  })

  it("refuses a dispatch that comes when its reaction has ended", async () => {
    const log = shelf()
    let late: (() => unknown) | undefined
    const Forgetful = Cart.reaction(ItemAdded, (_cart, _added, { dispatch }) => {
      late = () => dispatch("look")
    })
    await log.handle(Forgetful, log.put(ItemAdded("cart-1", apple)))
    expect(late).toThrow("dispatch(…) was called after the reaction of cart to carts.item_added had ended")
  })

  it("fails a message that it can not decode, and one that it has no definition for", async () => {
    const log = shelf()
    const Other = event("carts.item_added", Schema.Struct({ name: Schema.String }))
    const undecodable = await log.handle(Watched, log.put(Other("cart-1", { name: "apple" })))
    expect(undecodable.failed?.error).toBeInstanceOf(UndecodablePayload)
    const unknown = await log.handle(Watched, log.put(event("carts.unknown")("cart-2")))
    expect(unknown.failed?.error).toBeInstanceOf(UnknownMessageType)
  })

  it("passes over unknown events of its stream, and counts them", async () => {
    const log = shelf()
    log.put(event("carts.unknown")("cart-1"), ItemAdded("cart-1", apple))
    const outcome = await log.handle(Cart, log.put(AddItem("cart-1", apple)))
    expect(actionsIn(outcome)).toMatchObject([[{ expectedVersion: 2 }]])
  })
})

function actionsIn(outcome: Outcome) {
  expect(outcome.failed?.error).toBe(undefined)
  return outcome.done.map((one) => one.actions)
}
