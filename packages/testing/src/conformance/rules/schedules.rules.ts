import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend, Message } from "@millrace/core/backend"

import { appended, appendOne, store, to } from "../build/appending.ts"
import { claimPartition, storageNow } from "../build/claims.ts"
import { ensure } from "../build/groups.ts"
import { command, event } from "../build/messages.ts"
import { idsOf, readAll, readStream } from "../build/reading.ts"
import { doneWith, settle, storing, workOff } from "../build/settles.ts"
import { until } from "../build/until.ts"
import { type Rule, rule } from "../rule.ts"
import type { TestLog } from "../test-log.ts"

const schedule = (backend: Backend, ...schedules: readonly { readonly message: Message; readonly at: number }[]) =>
  appendOne(backend, { streams: [], schedules }).then(appended)

/** Promotes until nothing more is due before `at` on the storage's clock. */
const promoteUntil = (log: TestLog, at: number): Promise<void> =>
  until(log, "schedules to fall due", async () => {
    const { now, promoted } = await log.backend.promote(100)
    return now > at && promoted === 0 ? true : undefined
  }).then(() => {})

/** Messages for later. */
export const scheduleRules: readonly Rule[] = [
  rule("promote appends what is due on the storage's clock, and nothing before [S33.a S33.b]", async (log) => {
    const { backend } = log
    const at = (await storageNow(backend)) + 1_000
    const message = command("a", { payload: { n: 1 }, metadata: { user: 7 } })
    await schedule(backend, { message, at })
    const early = await backend.promote(10)
    deepEqual([early.promoted, early.nextDue, early.types], [0, at, []])
    equal((await readAll(backend)).length, 0)
    const promotion = await until(log, "the schedule to fall due", async () => {
      const done = await backend.promote(10)
      return done.promoted > 0 ? done : undefined
    })
    ok(promotion.now >= at)
    deepEqual([promotion.promoted, promotion.nextDue, promotion.types], [1, null, ["note"]])
    const [{ position, recordedAt, ...stored } = { position: 0, recordedAt: "" }] = await readAll(backend)
    deepEqual(stored, message)
    ok(position > 0 && Date.parse(recordedAt) >= at, "it is recorded by the storage's clock")
    deepEqual(await backend.operator.schedules({ limit: 9 }), [])
  }),

  rule("promote appends in due order, and in the order made where the instant is the same [S33.a]", async (log) => {
    const { backend } = log
    const at = (await storageNow(backend)) + 500
    const [late, first, second, early] = [event("late"), event("x"), event("x"), event("early")]
    await schedule(backend, { message: late, at: at + 20 }, { message: first, at })
    await schedule(backend, { message: second, at }, { message: early, at: at - 20 })
    await promoteUntil(log, at + 20)
    deepEqual(idsOf(await readAll(backend)), idsOf([early, first, second, late]))
    deepEqual(
      (await readStream(backend, "x")).map(({ version }) => version),
      [1, 2],
    )
  }),

  rule(
    "promote by many at once appends each schedule once, in due order, through two backend objects [S33.c lesson 23]",
    async (log) => {
      const { backend } = log
      const other = await log.reopen()
      const at = (await storageNow(backend)) + 500
      const messages = Array.from({ length: 30 }, (_, n) => event(`s-${n % 3}`, { payload: n }))
      await schedule(backend, ...messages.map((message, n) => ({ message, at: at + n })).toReversed())
      await log.advance(600)
      const promotions = await Promise.all(
        Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? backend : other).promote(4)),
      )
      ok(promotions.every(({ promoted }) => promoted <= 4))
      await promoteUntil(log, at + 30)
      deepEqual(
        (await readAll(backend)).map(({ payload }) => payload),
        Array.from({ length: 30 }, (_, n) => n),
      )
    },
  ),

  rule("promote keeps to its limit, and says that more is due [S33.a]", async (log) => {
    const { backend } = log
    const at = (await storageNow(backend)) + 100
    await schedule(backend, ...[0, 1, 2].map((n) => ({ message: event("a"), at: at + n })))
    await log.advance(1_000)
    const first = await backend.promote(2)
    deepEqual([first.promoted, first.nextDue], [2, at + 2])
    ok((first.nextDue ?? Infinity) <= first.now)
    const second = await backend.promote(2)
    deepEqual([second.promoted, second.nextDue], [1, null])
  }),

  rule("promote takes a schedule whose instant has passed at once [S33.a]", async ({ backend }) => {
    await schedule(backend, { message: event("a"), at: 1_000 })
    const { promoted, now } = await backend.promote(10)
    equal(promoted, 1)
    ok(Date.parse((await readAll(backend))[0]?.recordedAt ?? "") <= now)
  }),

  rule("promoted messages expect nothing of their stream and take its next version [S33.a]", async ({ backend }) => {
    await store(backend, event("a"), event("a"))
    await schedule(backend, { message: event("a"), at: 1 })
    await backend.promote(10)
    deepEqual(
      (await readStream(backend, "a")).map(({ version }) => version),
      [1, 2, 3],
    )
    equal((await appendOne(backend, to("a", [event("a")], 3))).kind, "appended")
  }),

  rule("promoted messages are handed out like any other", async ({ backend }) => {
    await ensure(backend)
    await schedule(backend, { message: event("a"), at: 1 })
    deepEqual(await workOff(backend), [])
    await backend.promote(10)
    equal((await workOff(backend)).length, 1)
  }),

  rule("schedules made by a settle are made with its progress, once [S13.d S26.b]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    const slice = await claimPartition(backend)
    const made = event("later", { type: "made" })
    const effects = { streams: [], schedules: [{ message: made, at: 1 }] }
    const settlement = doneWith(slice, storing(slice, "a", effects))
    await settle(backend, settlement)
    equal((await backend.promote(10)).promoted, 1)
    await settle(backend, settlement)
    equal((await backend.promote(10)).promoted, 0)
    deepEqual(idsOf(await readStream(backend, "later")), [made.id])
  }),

  rule("schedules are listed in due order, a page at a time [S33.d]", async ({ backend }) => {
    const at = (await storageNow(backend)) + 1_000_000
    const messages = Array.from({ length: 5 }, () => event("a"))
    const [m0, m1, m2, m3, m4] = messages
    await schedule(backend, ...messages.map((message, n) => ({ message, at: at + (n % 2) * 10 })))
    const first = await backend.operator.schedules({ limit: 2 })
    const last = first.at(-1)
    const rest = await backend.operator.schedules({ limit: 9, ...(last === undefined ? {} : { after: last }) })
    const listed = [...first, ...rest]
    deepEqual(
      listed.map(({ message }) => message),
      [m0, m2, m4, m1, m3],
    )
    deepEqual(
      listed.map((one) => one.at - at),
      [0, 0, 0, 10, 10],
    )
    equal(new Set(listed.map(({ number }) => number)).size, 5)
    equal((await backend.operator.stats()).schedules, 5)
  }),

  rule("schedules that were cancelled never come, and cancelling tells which still waited [S33.d]", async (log) => {
    const { backend } = log
    const at = (await storageNow(backend)) + 500
    const [kept, dropped, past] = [event("a"), event("a"), event("a")]
    await schedule(backend, { message: kept, at }, { message: dropped, at }, { message: past, at: 1 })
    await backend.promote(1)
    deepEqual(await backend.operator.cancelSchedules([dropped.id, past.id, event("a").id]), [dropped.id])
    deepEqual(await backend.operator.cancelSchedules([dropped.id]), [])
    await promoteUntil(log, at)
    deepEqual(idsOf(await readAll(backend)), idsOf([past, kept]))
  }),

  rule(
    "schedules made one by one are cancelled one by one, and their ids may be used again [S33.d]",
    async ({ backend }) => {
      const at = (await storageNow(backend)) + 1_000_000
      const messages = [event("a"), event("a"), event("b")]
      for (const message of messages) await schedule(backend, { message, at })
      for (const { id } of messages) deepEqual(await backend.operator.cancelSchedules([id]), [id])
      deepEqual(await backend.operator.schedules({ limit: 10 }), [])
      for (const message of messages) await schedule(backend, { message, at })
      for (const { id } of messages) deepEqual(await backend.operator.cancelSchedules([id]), [id])
      const [kept] = messages
      if (kept !== undefined) equal(appended(await appendOne(backend, to("a", [kept]))).streams[0]?.version, 1)
    },
  ),

  rule(
    "schedules that were moved come at their new instant, and moving tells which still waited [S33.d]",
    async (log) => {
      const { backend } = log
      const at = (await storageNow(backend)) + 1_000_000
      const [soon, later, past] = [event("a"), event("b"), event("c")]
      await schedule(backend, { message: soon, at }, { message: later, at: at + 1 }, { message: past, at: 1 })
      await backend.promote(1)
      const to = (await storageNow(backend)) + 300
      deepEqual(await backend.operator.reschedule([later.id, past.id, event("a").id], to), [later.id])
      equal((await backend.promote(10)).nextDue, to)
      await promoteUntil(log, to)
      deepEqual(idsOf(await readAll(backend)), idsOf([past, later]))
      deepEqual(
        (await backend.operator.schedules({ limit: 9 })).map((one) => [one.message.id, one.at]),
        [[soon.id, at]],
      )
    },
  ),

  rule("schedules cancelled and promoted at once end as one of both [S33.c S33.d]", async ({ backend, reopen }) => {
    const other = await reopen()
    const messages = Array.from({ length: 10 }, () => event("a"))
    await schedule(backend, ...messages.map((message) => ({ message, at: 1 })))
    const [{ promoted }, cancelled] = await Promise.all([
      backend.promote(10),
      other.operator.cancelSchedules(idsOf(messages.slice(5))),
    ])
    equal(promoted + cancelled.length, 10)
    equal((await readAll(backend)).length, promoted)
  }),
]
