import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, AddItem, ItemAdded, OrderPlaced } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a stopped group handles nothing until it is started, by name or by reactor value [S34.a S34.e]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded])
      const other = recorder("other", [ItemAdded])
      const app = await log.app({ reactors: [seen, other] })
      await app.stopConsumerGroup(seen, "repairs")
      await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual([seen.seen.length, other.seen.length], [0, 1])
      const [group] = await app.groups(["seen"])
      deepEqual([group?.status, group?.stopped?.reason, group?.lag], ["stopped", "repairs", 1])
      await app.startConsumerGroup("seen")
      await app.drain()
      deepEqual(seen.log(), ["cart-1:1"])
      await app.stopConsumerGroup("seen")
      await app.startConsumerGroup(seen)
      deepEqual(
        (await app.groups([seen])).map(({ status }) => status),
        ["active"],
      )
    })

    it("a group that does not exist is refused by name [S34.a]", async () => {
      const app = await (await openLog(backend)).app()
      await rejects(app.stopConsumerGroup("nobody"), /nobody/)
    })

    it("reset hands a group everything again, or what lies behind a position or a date [S34.b]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded])
      const app = await log.app({ reactors: [seen] })
      const stored: { readonly position: number; readonly at: number }[] = []
      for (const streamId of ["cart-1", "cart-2", "cart-3"]) {
        await log.clock.advance(1_000)
        stored.push({ position: (await app.dispatch(added(streamId))).position, at: log.clock.now() })
      }
      await app.drain()
      const again = async (options?: Parameters<typeof app.resetConsumerGroup>[1]) => {
        seen.seen.length = 0
        await app.resetConsumerGroup(seen, options)
        await app.drain()
        return seen.log().toSorted()
      }
      deepEqual(await again(), ["cart-1:1", "cart-2:1", "cart-3:1"])
      deepEqual(await again({ to: { position: stored[0]?.position ?? 0 } }), ["cart-2:1", "cart-3:1"])
      deepEqual(await again({ to: { date: new Date(stored[2]?.at ?? 0) } }), ["cart-3:1"])
    })

    it("one message of a group is skipped and listed as skipped [S34.c]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded])
      const app = await log.app({ reactors: [seen] })
      await app.dispatch(added("cart-1"))
      const { position } = await app.dispatch(added("cart-1"))
      await app.dispatch(added("cart-1"))
      await app.skipMessage(seen, position)
      await app.drain()
      deepEqual(seen.log(), ["cart-1:1", "cart-1:3"])
      const [group] = await app.groups([seen])
      deepEqual(
        [group?.skipped, group?.skips.map((skip) => [skip.position, skip.how]), group?.lag],
        [1, [[position, "skipped"]], 0],
      )
    })

    it("a group shows its status, lag and last error [S34.d]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded], {
        handle: ({ streamId }) => {
          if (streamId === "cart-2") throw new Error("bad cart")
        },
      })
      const app = await log.app({ reactors: [seen] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual(
        (await app.groups([seen])).map(({ status, lag }) => [status, lag]),
        [["active", 0]],
      )
      await app.dispatch(added("cart-2"))
      await app.dispatch(added("cart-3"))
      deepEqual((await app.groups([seen]))[0]?.lag, 2)
      await app.drain()
      const [group] = await app.groups([seen])
      equal(group?.status, "stopped")
      ok(group?.stopped?.error?.includes("bad cart"))
    })

    it("stats count messages and streams and tell the head [S35.a]", async () => {
      const app = await (await openLog(backend)).app()
      deepEqual(pick(await app.stats()), { messages: 0, streams: 0, head: 0 })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      const { position } = await app.dispatch(AddItem("cart-2", { productId: "p", quantity: 1 }))
      deepEqual(pick(await app.stats()), { messages: 3, streams: 2, head: position })
      deepEqual((await app.stats()).unhandled, [{ type: "shop.add_item", messages: 1 }])
    })

    it("stats tell of each group its lag, oldest and newest checkpoint, lanes, retry time and error [S35.b]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", [ItemAdded], {
        handle: ({ streamId }) => {
          if (streamId !== "cart-1") throw new Error(`no ${streamId}`)
        },
        errorStrategy: (_error, { streamId }, { now }) =>
          streamId === "cart-2" ? { kind: "retry", at: now + 5_000 } : { kind: "park" },
      })
      const app = await log.app({ reactors: [seen] })
      for (const streamId of ["cart-1", "cart-2", "cart-3"]) await app.dispatch(added(streamId))
      await app.drain()
      const { groups, head } = await app.stats()
      const [group] = groups
      deepEqual(
        [group?.group, group?.status, group?.lag, group?.retrying, group?.parked, group?.retryAt],
        ["seen", "active", 2, 1, 1, log.clock.now() + 5_000],
      )
      ok((group?.oldestCheckpoint ?? -1) >= 0 && (group?.oldestCheckpoint ?? 0) <= (group?.newestCheckpoint ?? 0))
      ok((group?.newestCheckpoint ?? 0) <= head)
      const lanes = await app.lanes({ group: "seen" })
      deepEqual(
        lanes.map(({ key, status }) => [key, status]),
        [
          ["cart-2", "retrying"],
          ["cart-3", "parked"],
        ],
      )
      ok(lanes[1]?.error?.includes("no cart-3"))
    })

    it("recentStreams lists the streams that changed last, newest first [S35.c]", async () => {
      const app = await (await openLog(backend)).app()
      for (const streamId of ["cart-1", "order-1", "cart-2", "cart-1"]) await app.dispatch(added(streamId))
      const recent = await app.recentStreams()
      deepEqual(
        recent.map(({ streamId, version, messages }) => [streamId, version, messages]),
        [
          ["cart-1", 2, 2],
          ["cart-2", 1, 1],
          ["order-1", 1, 1],
        ],
      )
      deepEqual(
        (await app.recentStreams({ limit: 1 })).map(({ streamId }) => streamId),
        ["cart-1"],
      )
      deepEqual(
        (await app.recentStreams({ category: "order" })).map(({ streamId }) => streamId),
        ["order-1"],
      )
    })

    it("a storage is installed, says so, and installing it again changes nothing [S36.a]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      await app.dispatch(added("cart-1"))
      const again = await log.connect()
      deepEqual((await again.migrate({ dryRun: true })).steps, [])
      deepEqual((await again.migrate()).steps, [])
      equal((await app.stats()).messages, 1)
    })

    it("a renamed group goes on where it was instead of running everything again [S34.d]", async () => {
      const log = await openLog(backend)
      const before = recorder("old-name", [ItemAdded])
      const app = await log.app({ reactors: [before] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      await app.renameConsumerGroup(before, "new-name")
      const after = recorder("new-name", [ItemAdded])
      const next = await log.app({ reactors: [after] })
      await next.dispatch(added("cart-1"))
      await next.drain()
      deepEqual(after.log(), ["cart-1:2"])
    })

    it("two groups are each given everything, whatever the other does [S34.a]", async () => {
      const log = await openLog(backend)
      const one = recorder("one", [ItemAdded, OrderPlaced])
      const two = recorder("two", [OrderPlaced])
      const app = await log.app({ reactors: [one, two] })
      await app.appendNextToStream("cart-1", [added("cart-1"), OrderPlaced("cart-1")])
      await app.drain()
      deepEqual([one.log(), two.log()], [["cart-1:1", "cart-1:2"], ["cart-1:2"]])
    })
  })
}

function pick({
  messages,
  streams,
  head,
}: {
  readonly messages: number
  readonly streams: number
  readonly head: number
}) {
  return { messages, streams, head }
}
