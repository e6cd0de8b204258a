import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { AppendNext, handler, projector, type Reactor, StorageLacksTx, Sync, txToken } from "@millrace/core"
import { describe, it } from "vitest"

import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { cartRows, inside, Ship, shippingRows, titleInside } from "../inside-settle.ts"
import { losingAnswers, mortal } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, ItemAdded } from "../shop.ts"
import { travelUntil } from "../travel-until.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it(
      `${titleInside(backend)}a state-stored projector loads and saves its own rows inside the settle [S20.b S22.a]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        const app = await log.app({ reactors: [cartRows(backend)] })
        await app.appendNextToStream("cart-1", [added("cart-1", 2), added("cart-1", 3)])
        await app.dispatch(added("cart-2", 7))
        await app.drain()
        await app.dispatch(added("cart-1", 5))
        await app.drain()
        deepEqual([await log.row("cart-1"), await log.row("cart-2")], [10, 7])
      }),
    )

    it(
      `${titleInside(backend)}rows written in a sync block are seen by nobody before the settle is stored [S22.a]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        const during: (number | undefined)[] = []
        const app = await log.app({ reactors: [cartRows(backend, async (id) => void during.push(await log.row(id)))] })
        await app.dispatch(added("cart-1", 2))
        await app.drain()
        deepEqual([during, await log.row("cart-1")], [[undefined], 2])
      }),
    )

    it(
      `${titleInside(backend)}a sync block that throws rolls back its rows, its reactions and the progress; others of the slice are stored [S22.b S23.a]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        let failing = true
        const rows = shippingRows(backend, (id) => {
          if (failing && id === "cart-2") throw new Error("the table is full")
        })
        const app = await log.app({
          reactors: [rows],
          errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
        })
        for (const streamId of ["cart-1", "cart-2", "cart-3"]) await app.dispatch(added(streamId, 2))
        await app.drain()
        const shipped = async () => (await app.readStream("ship-1", { include: "commands" })).length
        deepEqual(
          [await log.row("cart-1"), await log.row("cart-2"), await log.row("cart-3"), await shipped()],
          [2, undefined, 2, 2],
        )
        failing = false
        await log.clock.advance(1_000)
        await app.drain()
        deepEqual([await log.row("cart-2"), await shipped(), (await app.groups([rows]))[0]?.lag], [2, 3, 0])
      }),
    )

    it(
      `${titleInside(backend)}a rollback leaves nothing behind in memory: what is handled next starts from what is stored [S22.b lesson 15]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        let failures = 3
        const rows = cartRows(backend, () => {
          if (failures > 0) {
            failures -= 1
            throw new Error("not yet")
          }
        })
        const app = await log.app({
          reactors: [rows],
          errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
        })
        await app.dispatch(added("cart-1", 1))
        for (let second = 0; second < 5; second += 1) {
          await app.drain()
          await log.clock.advance(1_000)
        }
        await app.dispatch(added("cart-1", 10))
        await app.drain()
        equal(await log.row("cart-1"), 11)
      }),
    )

    it("whoever hears of a message can read it: wake-ups follow the commit [lesson 15]", async () => {
      const log = await openLog(backend)
      const rows = backend.tx ? cartRows(backend) : recorder("cart_rows", [ItemAdded])
      const ear = await log.connect()
      const app = await log.app({ reactors: [rows], backend: ear })
      const unread: string[] = []
      const looking: Promise<void>[] = []
      const listening = await ear.listen((wake) => {
        if (wake.kind !== "messages" || wake.types === null) return
        const { types } = wake
        looking.push(
          ear.read({ from: "log", types, limit: 1 }).then(({ messages }) => {
            if (messages.length === 0) unread.push(types.join())
          }),
        )
      })
      await app.dispatch(added("cart-1", 2))
      await app.drain()
      await Promise.all(looking)
      await listening.close()
      ok(looking.length > 0)
      deepEqual(unread, [])
    })

    it(
      `${titleInside(backend)}a low-level reactor's Sync with the storage's handle runs inside the settle, and is undone when its message fails [S27.b]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        let failing = true
        const counting = backend.rows((token, rowsOf): Reactor => ({
          name: "counting",
          handledMessages: [ItemAdded],
          tx: token,
          handle: ({ streamId }) =>
            Sync(async ({ tx }) => {
              const rows = rowsOf(tx)
              await rows.put(streamId, ((await rows.get(streamId)) ?? 0) + 1)
              if (failing) throw new Error("after writing")
            }, token),
          errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
        }))
        const app = await log.app({ reactors: [counting] })
        await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
        await app.drain()
        equal(await log.row("cart-1"), undefined)
        failing = false
        for (let second = 0; second < 3; second += 1) {
          await log.clock.advance(1_000)
          await app.drain()
        }
        equal(await log.row("cart-1"), 2)
      }),
    )

    it(
      `${titleInside(backend)}what a replay drops is counted once, though work inside the settle throws and its messages are handled again [S24.a S27.b]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        let failing = false
        const shipping = backend.rows((token, rowsOf): Reactor => ({
          name: "shipping",
          handledMessages: [ItemAdded],
          tx: token,
          handle: ({ streamId }) => [
            AppendNext([Ship("ship-1")]),
            Sync(async ({ tx }) => {
              await rowsOf(tx).put(streamId, 1)
              if (!failing) return
              failing = false
              throw new Error("the table is busy")
            }, token),
          ],
        }))
        const app = await log.app({ reactors: [shipping] })
        await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
        await app.drain()
        await app.resetConsumerGroup(shipping)
        failing = true
        await app.drain()
        const [group] = await app.groups([shipping])
        deepEqual([group?.status, group?.lag, group?.dropped, failing], ["active", 0, 2, false])
      }),
    )

    it(
      `${titleInside(backend)}rows are written once although the answer to their settle was lost [S20.b lesson 29]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        const app = await log.app({
          reactors: [shippingRows(backend)],
          backend: losingAnswers(await log.connect(), ["settle"], 2),
        })
        await app.dispatch(added("cart-1", 2))
        await travelUntil(log.clock, app.drain())
        equal(await log.row("cart-1"), 2)
        equal((await app.readStream("ship-1", { include: "commands" })).length, 1)
      }),
    )

    it(
      `${titleInside(backend)}a worker that dies before its settle leaves no row, and the next one writes it once [S20.b lesson 46]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        const process = mortal(await log.connect())
        const seen = recorder("dying", [ItemAdded], {
          handle: () => {
            process.kill()
            return Sync(() => {})
          },
        })
        const dying = await log.app({
          reactors: [{ ...seen, name: "cart_rows" }],
          backend: process.backend,
          unclosed: true,
          clock: testClock(log.clock.now()),
        })
        await dying.dispatch(added("cart-1", 2))
        void dying.drain()
        await log.clock.settle()
        deepEqual([seen.seen.length, await log.row("cart-1")], [1, undefined])
        await log.clock.jump(60_000)
        await (await log.app({ reactors: [cartRows(backend)] })).drain()
        equal(await log.row("cart-1"), 2)
      }),
    )

    it(
      `${titleInside(backend)}store calls in a sync block are refused by name: they would wait for the settle they are part of [S22.a]`,
      inside(backend, async () => {
        const log = await openLog(backend)
        const errors: unknown[] = []
        const rows = cartRows(backend, async () => {
          await app.dispatch(added("cart-9"))
        })
        const app = await log.app({
          reactors: [rows],
          errorStrategy: (error) => {
            errors.push(error)
            return { kind: "park" }
          },
        })
        await app.dispatch(added("cart-1", 2))
        await app.drain()
        ok(errors[0] instanceof Error && errors[0].name === "CalledInsideSettle", String(errors[0]))
        deepEqual([await log.row("cart-1"), (await app.readStream("cart-9")).length], [undefined, 0])
      }),
    )

    it("a reactor that needs another storage's handle is refused at the start [S20.b]", async () => {
      const log = await openLog(backend)
      const foreign = projector
        .stateStored("foreign", () => ({ total: 0 }), { tx: txToken<object>("elsewhere") })
        .event(ItemAdded, () => {})
        .sync(() => {})
      await rejects(
        log.app({ reactors: [foreign] }),
        (error) => error instanceof StorageLacksTx && error.group === "foreign",
      )
    })

    it("a handler is told to try again and its messages are stored once [S26.b lesson 29]", async () => {
      const log = await openLog(backend)
      const shipping = handler("shipping").on(ItemAdded, () => [Ship("ship-1"), Ship("ship-1")])
      const app = await log.app({
        reactors: [shipping],
        backend: losingAnswers(await log.connect(), ["settle"], 1),
      })
      await app.dispatch(added("cart-1"))
      await travelUntil(log.clock, app.drain())
      equal((await app.readStream("ship-1", { include: "commands" })).length, 2)
    })

    it("two logs in one storage are kept apart by their name [S36.c]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded])
      const otherSeen = recorder("seen", [ItemAdded])
      const app = await log.app({ reactors: [seen] })
      const other = await log.app({ reactors: [otherSeen], backend: await log.connectOther("other") })
      await app.dispatch(added("cart-1"))
      await other.dispatch(added("cart-2"))
      await other.dispatch(added("cart-2"))
      await app.drain()
      await other.drain()
      deepEqual([seen.log(), otherSeen.log()], [["cart-1:1"], ["cart-2:1", "cart-2:2"]])
      deepEqual([(await app.stats()).messages, (await other.stats()).messages], [1, 2])
    })
  })
}
