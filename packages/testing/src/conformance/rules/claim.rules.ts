import { deepEqual, equal, ok } from "node:assert/strict"

import { partitionOf } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { claim, claimNothing, claimPartition, inShort, LEASE_MS, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, G, owner } from "../build/groups.ts"
import { event, events } from "../build/messages.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, givenBack, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** What a claim hands out. */
export const claimRules: readonly Rule[] = [
  rule(
    "claim hands out the wanted messages of a partition in position order, first try, not handled before [S41.a]",
    async ({ backend }) => {
      await ensure(backend)
      const positions = await store(backend, event("a"), event("b"), event("a"), event("a"))
      const slice = await claimPartition(backend)
      deepEqual(positionsIn(slice), positions)
      deepEqual(
        slice.messages.map(({ attempt, handledBefore }) => [attempt, handledBefore]),
        positions.map(() => [1, false]),
      )
      deepEqual([slice.group, slice.takeovers, slice.reemit, slice.epoch, slice.skipped], [G, 0, false, 0, []])
      deepEqual([slice.lease.of, slice.lease.group, slice.lease.partition], ["partition", G, 0])
      ok(slice.from < (positions[0] ?? 0) && slice.scannedTo >= (positions.at(-1) ?? 0))
    },
  ),

  rule(
    "claim of no groups answers idle, with the storage's clock and when a schedule falls due, and changes nothing",
    async ({ backend, advance }) => {
      await ensure(backend)
      await store(backend, event("a"))
      const before = await storageNow(backend)
      const at = before + 60_000
      await backend.append([{ streams: [], schedules: [{ message: event("a"), at }] }])
      const nothing = { owner: owner(), groups: [], leaseMs: LEASE_MS }
      const idle = await backend.claim(nothing)
      if (idle.kind !== "idle") throw new Error(`expected nothing, got ${inShort(idle)}`)
      deepEqual([idle.nextAt, idle.outdated], [at, []])
      ok(idle.now >= before && idle.now <= (await storageNow(backend)))
      await advance(90_000)
      const later = await backend.claim(nothing)
      ok(later.kind === "idle" && later.nextAt !== null && later.nextAt <= later.now)
      equal((await backend.operator.stats()).schedules, 1)
      equal(positionsIn(await claimPartition(backend)).length, 1)
    },
  ),

  rule("claim hands out whole messages, as read would [S3.a]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a", { payload: { deep: [1, { two: "ü" }] }, metadata: { user: 7 } }))
    const slice = await claimPartition(backend)
    deepEqual(
      slice.messages.map(({ message }) => message),
      (await backend.read({ from: "log", limit: 1 })).messages,
    )
  }),

  rule("claim hands out no more messages than its limit, and goes on behind them [S45.b]", async ({ backend }) => {
    await ensure(backend)
    const positions = await store(backend, ...events("a", 5))
    const first = await claimPartition(backend, { limit: 2 })
    deepEqual([positionsIn(first), first.scannedTo], [positions.slice(0, 2), positions[1]])
    await settle(backend, allDone(first))
    const second = await claimPartition(backend, { limit: 2 })
    deepEqual([positionsIn(second), second.from], [positions.slice(2, 4), first.scannedTo])
  }),

  rule(
    "claim hands out every message once over all partitions, each stream in order [S41.a S41.b lesson 5]",
    async ({ backend }) => {
      await ensure(backend)
      const streams = Array.from({ length: 12 }, (_, at) => `cart-${at}`)
      const positions = await store(
        backend,
        ...streams.flatMap((streamId) => [event(streamId)]),
        ...streams.flatMap((streamId) => events(streamId, 2)),
      )
      const delivered: { readonly streamId: string; readonly position: number }[] = []
      for (;;) {
        const slice = await claim(backend, { limit: 3 })
        if (slice.kind === "idle") break
        delivered.push(
          ...slice.messages.map(({ message }) => ({ streamId: message.streamId, position: message.position })),
        )
        await settle(backend, allDone(slice))
      }
      deepEqual(
        delivered.map(({ position }) => position).toSorted((one, two) => one - two),
        positions,
      )
      for (const streamId of streams) {
        const own = delivered.filter((one) => one.streamId === streamId).map(({ position }) => position)
        deepEqual(
          own,
          own.toSorted((one, two) => one - two),
        )
      }
    },
    { partitions: 8 },
  ),

  rule(
    "claim finds a stream in the partition that partitionOf names",
    async ({ backend, capabilities }) => {
      equal(capabilities.partitions, 8)
      await ensure(backend)
      for (const streamId of ["cart-1", "cart-2", "order-ü"]) {
        await store(backend, event(streamId))
        const slice = await claimPartition(backend)
        equal(slice.lease.partition, partitionOf(streamId, 8))
        await settle(backend, allDone(slice))
      }
    },
    { partitions: 8 },
  ),

  rule(
    "claim takes the partition whose oldest waiting message is oldest",
    async ({ backend }) => {
      await ensure(backend)
      const streams = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
      const distinct = [...new Map(streams.map((streamId) => [partitionOf(streamId, 4), streamId])).values()]
      ok(distinct.length > 2)
      await backend.append(distinct.map((streamId) => to(streamId, events(streamId, 1))))
      await backend.append(distinct.toReversed().map((streamId) => to(streamId, events(streamId, 1))))
      const taken: string[] = []
      for (const worker of distinct.keys()) {
        const slice = await claimPartition(backend, { limit: 1, owner: owner(`p${worker}`) })
        taken.push(slice.messages[0]?.message.streamId ?? "")
      }
      deepEqual(taken, distinct)
    },
    { partitions: 4 },
  ),

  rule("claim hands one partition of a group to one worker at a time [S41.c lesson 7]", async ({ backend, reopen }) => {
    const other = await reopen()
    await ensure(backend)
    await store(backend, ...events("a", 4))
    const slice = await claimPartition(backend, { owner: owner("p1"), limit: 1 })
    await claimNothing(other, { owner: owner("p2") })
    await claimNothing(backend, { owner: owner("p1") })
    await settle(backend, allDone(slice))
    equal((await claimPartition(other, { owner: owner("p2") })).messages.length, 3)
  }),

  rule(
    "claim lets one of many racing workers have a partition, through two backend objects [S41.c]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, at) => claim(at % 2 === 0 ? backend : other, { owner: owner(`p${at}`) })),
      )
      equal(claims.filter((one) => one.kind === "slice").length, 1)
    },
  ),

  rule(
    "claim gives racing workers different partitions [S40.c S41.b]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      await ensure(backend)
      await store(backend, ...Array.from({ length: 40 }, (_, at) => event(`cart-${at}`)))
      const claims = await Promise.all(
        Array.from({ length: 4 }, (_, at) =>
          claimPartition(at % 2 === 0 ? backend : other, { owner: owner(`p${at}`) }),
        ),
      )
      equal(new Set(claims.map((slice) => slice.lease.partition)).size, 4)
      equal(
        claims.reduce((sum, slice) => sum + slice.messages.length, 0),
        40,
      )
      await claimNothing(backend, { owner: owner("surplus") })
    },
    { partitions: 4 },
  ),

  rule("claim leases the same partition to different groups side by side", async ({ backend }) => {
    await ensure(backend, { group: "one" })
    await ensure(backend, { group: "two" })
    const positions = await store(backend, event("a"))
    deepEqual(positionsIn(await claimPartition(backend, { group: "one" })), positions)
    deepEqual(positionsIn(await claimPartition(backend, { group: "two" })), positions)
  }),

  rule("claim asks for several groups in one call, each with its own types and limit", async ({ backend }) => {
    await ensure(backend, { group: "one" })
    await ensure(backend, { group: "two", types: ["sent"] })
    await store(backend, ...events("a", 3), event("a", { type: "sent" }))
    const groups = [
      { group: "one", types: ["noted"], limit: 2 },
      { group: "two", types: ["sent"], limit: 9 },
    ]
    const sizes = new Map<string, number>()
    for (let claims = 0; claims < 2; claims += 1) {
      const slice = await backend.claim({ owner: owner(), groups, leaseMs: 60_000 })
      if (slice.kind === "slice") sizes.set(slice.group, slice.messages.length)
    }
    deepEqual([sizes.get("one"), sizes.get("two")], [2, 1])
  }),

  rule("claim takes a higher token each time", async ({ backend }) => {
    await ensure(backend)
    await store(backend, ...events("a", 4))
    const tokens: number[] = []
    for (let claims = 0; claims < 4; claims += 1) {
      const slice = await claimPartition(backend, { limit: 1 })
      tokens.push(slice.lease.token)
      await settle(backend, claims % 2 === 0 ? givenBack(slice) : allDone(slice))
    }
    ok(
      tokens.every((token, at) => at === 0 || token > (tokens[at - 1] ?? 0)),
      `tokens rise: ${tokens.join(", ")}`,
    )
  }),

  rule(
    "claim hands out only wanted types, and passes what is unwanted once [lesson 9 lesson 20]",
    async ({ backend }) => {
      await ensure(backend)
      const unwanted = Array.from({ length: 30 }, () => event("a", { type: "unheard-of" }))
      await store(backend, ...unwanted)
      await claimNothing(backend)
      const [wanted = 0] = await store(backend, event("a"))
      await store(backend, ...Array.from({ length: 30 }, () => event("a", { type: "unheard-of" })))
      const [last = 0] = await store(backend, event("b"))
      const first = await claimPartition(backend, { limit: 1 })
      deepEqual(positionsIn(first), [wanted])
      await settle(backend, allDone(first))
      const second = await claimPartition(backend, { limit: 1 })
      deepEqual([positionsIn(second), second.from], [[last], first.scannedTo])
      await settle(backend, allDone(second))
      await claimNothing(backend)
    },
  ),

  rule("claim of a group that was never ensured throws not-found", async ({ backend }) => {
    await ensure(backend)
    await refuses("not-found", claim(backend, { group: "nobody" }))
  }),

  rule(
    "claim answers idle with the storage's clock, and with no instant where nothing falls due [lesson 20]",
    async ({ backend, advance }) => {
      await ensure(backend)
      const before = await storageNow(backend)
      await advance(30)
      const idle = await claimNothing(backend)
      ok(idle.now >= before + 30, "the clock goes on")
      deepEqual([idle.nextAt, idle.outdated], [null, []])
    },
  ),

  rule("claim answers idle with the instant at which a lease or a schedule falls due [S33.b]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    await claimPartition(backend, { leaseMs: 60_000 })
    const { now, nextAt } = await claimNothing(backend, { owner: owner("p2") })
    ok(nextAt !== null && nextAt > now && nextAt <= now + 60_000, `the lease ends at ${nextAt}, it is ${now}`)
    const at = now + 5_000
    await backend.append([{ streams: [], schedules: [{ message: event("b"), at }] }])
    equal((await claimNothing(backend, { owner: owner("p2") })).nextAt, at)
  }),
]
