import { deepEqual, equal, rejects } from "node:assert/strict"

import { actor, type Backend, BackendError, type Logger, SnapshotRefused } from "@millrace/core"
import * as Schema from "effect/Schema"
import { beforeAll, describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend, mortal } from "../intercept-backend.ts"
import { Add, Added, addMany, counting, Meter, meter, oneMore } from "../meter.ts"
import { oneOf } from "../one-of.ts"
import { openLog } from "../open-log.ts"

/** How long the server of a storage may take to start. */
const START_MS = 180_000

/** Whether an append that a backend is asked for puts documents and nothing else. */
function putsOnly(args: readonly unknown[]): boolean {
  const [appends] = args
  if (!Array.isArray(appends)) return false
  return appends.some(
    (append: unknown) =>
      typeof append === "object" &&
      append !== null &&
      "documents" in append &&
      "streams" in append &&
      Array.isArray(append.streams) &&
      append.streams.length === 0,
  )
}

async function trimBeforeEleventh({ read, operator }: Pick<Backend, "read" | "operator">): Promise<void> {
  const { messages } = await read({ from: "streams", streams: [{ streamId: "meter-1", after: 10 }], limit: 1 })
  await operator.trim((messages[0]?.position ?? 0) - 1, { force: true })
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    // The server is started here, where it may take its time.
    beforeAll(async () => (await backend.open()).remove(), START_MS)

    it("a process that remembers nothing reads what came after the snapshot, whatever the stream's length [M4.b lesson 21]", async () => {
      const log = await openLog(backend)
      await addMany(log, 43)
      // Two to see that the snapshot belongs to this stream, three behind it.
      const { total, version, read, counts } = await oneMore(log)
      deepEqual([total, version, read, counts.used, counts.taken], [44, 44, 5, 1, 0])
      const app = await log.app({ reactors: [Meter] })
      deepEqual(await app.snapshots(Meter).list(), [
        { streamId: "meter-1", version: 40, snapshotVersion: 1, usable: true },
      ])
      const { state } = await app.load(Meter, "meter-1")
      equal(state.total, 44)
    })

    it("dispatched commands and reactions begin from a snapshot as well, each at its own place [M4.b]", async () => {
      const log = await openLog(backend)
      const totals: number[] = []
      const Told = meter().reaction(Added, ({ total }) => void totals.push(total))
      await addMany(log, 21, Told)
      const first = await log.app({ reactors: [Told] })
      await first.drain()
      deepEqual(
        totals,
        Array.from({ length: 21 }, (_, at) => at + 1),
      )
      await first.close()

      totals.length = 0
      const counted = counting(await log.connect())
      const app = await log.app({ reactors: [Told], backend: counted.backend })
      counted.messages = 0
      await app.dispatch(Add("meter-1", { amount: 1 }))
      await app.drain()
      deepEqual(totals, [22])
      equal(app.snapshots(Told).counts().used, 2)
      equal(counted.messages < 12, true, `${counted.messages} messages were read`)
      // A group that is reset reacts to each event with the state of then, which lies before the snapshot.
      totals.length = 0
      await app.resetConsumerGroup("meter")
      await app.drain()
      deepEqual(
        totals,
        Array.from({ length: 22 }, (_, at) => at + 1),
      )
    })

    it("durable methods begin from a snapshot, and go back to what was stored when others were faster [M4.b S17.d]", async () => {
      const log = await openLog(backend)
      await addMany(log, 12)
      const counted = counting(await log.connect())
      const app = await log.app({ reactors: [Meter], backend: counted.backend })
      counted.messages = 0
      const durable = await app.actor(Meter, "meter-1")
      deepEqual([durable.state.total, durable.version, counted.messages], [12, 12, 4])
      await addMany(log, 1)
      await rejects(durable.add({ amount: 5 }), { code: "version-conflict" })
      deepEqual([durable.state.total, durable.version], [12, 12])
    })

    it("snapshots of another version are passed over, counted and listed, and replaced by newer ones only [M4.c]", async () => {
      const log = await openLog(backend)
      await addMany(log, 12)
      const Second = meter(2, { factor: 10 })
      const second = await log.app({ reactors: [Second] })
      deepEqual(
        (await second.snapshots(Second).list()).map(({ version, snapshotVersion, usable }) => [
          version,
          snapshotVersion,
          usable,
        ]),
        [[10, 1, false]],
      )
      await second.close()
      const upgraded = await oneMore(log, Second)
      deepEqual([upgraded.total, upgraded.counts.outdated, upgraded.counts.used], [130, 1, 0])
      const again = await oneMore(log, Second)
      deepEqual([again.total, again.counts.outdated, again.counts.used], [140, 0, 1])

      // The process of the earlier release, still at work, neither uses nor replaces them.
      const old = await oneMore(log)
      deepEqual([old.total, old.counts.outdated, old.counts.newer], [15, 1, 1])
      const after = await oneMore(log, Second)
      deepEqual([after.total, after.counts.used], [160, 1])
    })

    it("a snapshot that other functions made is not trusted, though nobody raised its version [M4.c]", async () => {
      const log = await openLog(backend)
      await addMany(log, 10)
      const Doubled = meter()
        .event("forgotten", () => {})
        .command("forget", (_state, _command, { event: emit }) => {
          emit("forgotten")
        })
      const app = await log.app({ reactors: [Doubled] })
      await app.execute(Doubled.commands.forget("meter-1"))
      const { outdated, used, taken } = app.snapshots(Doubled).counts()
      deepEqual([outdated, used], [1, 0])
      equal(taken <= 1, true)
    })

    it("a snapshot ahead of its stream, of another history or without a meaning is passed over [M4.c]", async () => {
      const log = await openLog(backend)
      await addMany(log, 12)
      const storage = await log.connect()
      const [kept] = await storage.documents({ collection: "snapshot:meter", ids: ["meter-1"] })
      const value = kept?.value
      if (typeof value !== "object" || value === null || !("state" in value)) throw new Error("no snapshot was taken")
      const wrong = [
        [{ ...value, at: 500, state: { total: 500, last: null } }, "foreign"],
        [{ ...value, last: "00000000-0000-8000-8000-000000000000", state: { total: 99, last: null } }, "foreign"],
        [{ ...value, state: { total: "ten", last: null } }, "unreadable"],
        ["nonsense", "unreadable"],
      ] as const
      let total = 12
      for (const [planted, counted] of wrong) {
        await storage.append([
          {
            streams: [],
            documents: [{ collection: "snapshot:meter", id: "meter-1", expectedRevision: "any", value: planted }],
          },
        ])
        const one = await oneMore(log)
        total += 1
        deepEqual([one.total, one.version, one.counts[counted], one.counts.used], [total, total, 1, 0])
      }
    })

    it("a process that dies between its events and their snapshot leaves both as they were [M4.d]", async () => {
      const log = await openLog(backend)
      const process = mortal(await log.connect())
      const dead = Promise.withResolvers<void>()
      const dying = await log.app({
        reactors: [Meter],
        unclosed: true,
        backend: interceptBackend(process.backend, ({ method, args, run }) => {
          if (method !== "append" || !putsOnly(args)) return run()
          process.kill()
          dead.resolve()
          return new Promise(() => {})
        }),
      })
      for (let at = 0; at < 10; at += 1) await dying.execute(Add("meter-1", { amount: 1 }))
      await dead.promise
      const next = await oneMore(log)
      deepEqual([next.total, next.version, next.read, next.counts.used], [11, 11, 10, 0])
      equal((await oneMore(log)).counts.used, 1)
    })

    it("a snapshot that the storage does not take fails no command [M4.d]", async () => {
      const log = await openLog(backend)
      const connected = await log.connect()
      const app = await log.app({
        reactors: [Meter],
        backend: interceptBackend(connected, ({ method, args, run }) => {
          if (method === "append" && putsOnly(args)) throw new BackendError("full", "no room for documents")
          return run()
        }),
      })
      for (let at = 0; at < 11; at += 1) await app.execute(Add("meter-1", { amount: 1 }))
      await app.drain()
      const { missed, taken } = app.snapshots(Meter).counts()
      deepEqual([missed, taken], [1, 0])
      equal((await app.load(Meter, "meter-1")).state.total, 11)
    })

    it("processes that write to one stream at once leave a snapshot of it that is right [M4.d]", async () => {
      const log = await openLog(backend)
      const Often = meter(1, { every: 3 })
      const apps = [await log.app({ reactors: [Often] }), await log.app({ reactors: [Often] })]
      await Promise.all(
        Array.from({ length: 30 }, (_, at) => oneOf(apps, at).execute(Add("meter-1", { amount: at + 1 }))),
      )
      for (const app of apps) await app.drain()
      const [info] = (await apps[0]?.snapshots(Often).list()) ?? []
      equal(info?.usable, true)
      equal(info.version >= 3 && info.version <= 30, true, `the snapshot stands at ${info.version}`)
      const one = await oneMore(log, Often)
      deepEqual([one.total, one.version, one.counts.used], [466, 31, 1])
    })

    it("a state that would not come back as it is gets no snapshot, and a clear error; commands go on [M4.d]", async () => {
      const log = await openLog(backend)
      const Odd = actor("meter", (): { total: number } => ({ total: 0 }), {
        snapshot: { version: 1, every: 2, schema: Schema.Struct({ total: Schema.Number }) },
      })
        .event(Added, (state, { payload }) => {
          Object.assign(state, { total: state.total + payload.amount, handle: () => 0 })
        })
        .command(Add, (_state, { payload }, { event: emit }) => {
          emit(Added, payload)
        })
      const told: string[] = []
      const tell = (_facts: object, text: string): void => void told.push(text)
      const logger: Logger = { debug() {}, info() {}, warn() {}, error: tell }
      const app = await log.app({ reactors: [Odd], logger })
      for (let at = 0; at < 9; at += 1) await app.execute(Add("meter-1", { amount: 1 }))
      await app.drain()
      const { refused, taken } = app.snapshots(Odd).counts()
      equal(taken, 0)
      equal(refused > 0 && refused <= 4, true, `${refused} were refused`)
      equal(told.filter((text) => /meter-1 can not be kept as a snapshot: .*handle/.test(text)).length, 1)
      await rejects(app.snapshots(Odd).take("meter-1"), SnapshotRefused)
      deepEqual(await app.snapshots(Odd).list(), [])
    })

    it("snapshots are dropped at any time without a loss, and taken again when somebody asks [M4.d]", async () => {
      const log = await openLog(backend)
      await addMany(log, 12)
      const app = await log.app({ reactors: [Meter] })
      await app.execute(Add("meter-2", { amount: 5 }))
      equal(await app.snapshots(Meter).take("meter-2"), 1)
      deepEqual(
        (await app.snapshots(Meter).list()).map(({ streamId, version }) => [streamId, version]),
        [
          ["meter-1", 10],
          ["meter-2", 1],
        ],
      )
      deepEqual(await app.snapshots(Meter).drop(["meter-2", "meter-3"]), { dropped: 1, kept: [] })
      deepEqual(await app.snapshots(Meter).drop(), { dropped: 1, kept: [] })
      deepEqual(await app.snapshots(Meter).list(), [])
      const next = await oneMore(log)
      deepEqual([next.total, next.read], [13, 12])
      equal(await app.snapshots(Meter).take("meter-9"), undefined)
    })

    it("a stream whose beginning was trimmed goes on from its snapshot, which a drop then keeps [M4.d]", async () => {
      const log = await openLog(backend)
      await addMany(log, 12)
      await trimBeforeEleventh(await log.connect())
      const one = await oneMore(log)
      deepEqual([one.total, one.version, one.counts.used], [13, 13, 1])

      const app = await log.app({ reactors: [Meter] })
      deepEqual(await app.snapshots(Meter).drop(), { dropped: 0, kept: ["meter-1"] })
      deepEqual(await app.snapshots(Meter).drop(undefined, { evenTrimmed: true }), { dropped: 1, kept: [] })
      await rejects(oneMore(log), { code: "stale-version" })
    })

    it("a process that remembers less than retention has left goes on from another one's snapshot [M4.b M4.d]", async () => {
      const log = await openLog(backend)
      const remembers = await log.app({ reactors: [Meter] })
      await remembers.execute(Add("meter-1", { amount: 1 }))
      await remembers.dispatch(Add("meter-1", { amount: 1 }))
      await remembers.drain()
      await addMany(log, 12)
      await trimBeforeEleventh(await log.connect())
      const { state } = await remembers.execute(Add("meter-1", { amount: 1 }))
      equal(state.total, 15)
      await remembers.dispatch(Add("meter-1", { amount: 1 }))
      await remembers.drain()
      const [group] = await remembers.groups(["meter"])
      deepEqual(
        [group?.status, group?.lag, (await remembers.execute(Add("meter-1", { amount: 1 }))).state.total],
        ["active", 0, 17],
      )
    })
  })
}
