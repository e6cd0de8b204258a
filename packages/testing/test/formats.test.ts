import { deepEqual, equal, rejects } from "node:assert/strict"

import { type Backend, createApp, memoryBackend, silentLogger } from "@millrace/core"
import { beforeAll, describe, it } from "vitest"

import { recordsOf } from "../src/conformance/build/transfer.ts"
import { Bill, FirstBill, listeners, Pay, PayInEuros, Takings } from "./formats/bills.ts"
import { fixturesOf } from "./formats/fixture.ts"
import { storages } from "./formats/storages/index.ts"
import type { FormatStorage, StoredLog } from "./formats/stored-log.ts"

/** How long the server of a storage may take to start. */
const START_MS = 180_000

/** Works on what a release has left, in the storage's own words, and removes it. */
async function onFixture(
  storage: FormatStorage,
  saved: string | undefined,
  work: (log: StoredLog) => Promise<void>,
): Promise<void> {
  const log = await storage.open()
  try {
    if (saved !== undefined) await log.load(saved)
    await work(log)
  } finally {
    await log.remove()
  }
}

async function withBackend<T>(log: Pick<StoredLog, "connect">, work: (backend: Backend) => Promise<T>): Promise<T> {
  const backend = await log.connect()
  try {
    return await work(backend)
  } finally {
    await backend.close()
  }
}

/** What today's release makes of a log that the two releases of `writeLog` have left: nothing is lost, nothing is done twice. */
async function goOn(backend: Backend): Promise<void> {
  const heard: string[] = []
  const reactors = [Bill, Takings, ...listeners(true, heard)] as const
  const app = await createApp({ backend, reactors, logger: silentLogger })
  try {
    const again = await app.dispatch(Pay("bill-2", { cents: 7 }), { idempotencyKey: "pay-7" })
    equal(again.duplicate, true)
    await rejects(app.dispatch(Pay("bill-2", { cents: 8 }), { idempotencyKey: "pay-7" }), { code: "key-reused" })
    const { state } = await app.execute(Pay("bill-1", { cents: 1 }))
    equal(state.cents, 376)
    // Whether the snapshot is of any use depends on who compiled the two releases: its functions' text is compared.
    deepEqual(
      (await app.snapshots(Bill).list()).map(({ streamId, snapshotVersion }) => [streamId, snapshotVersion]),
      [["bill-1", 1]],
    )
    deepEqual(
      (await app.groups(["bank"])).map(({ status, stopped }) => [status, stopped?.reason]),
      [["stopped", "the bank is closed"]],
    )
    equal((await app.deadLetters()).length, 1)
    equal((await app.scheduled()).length, 1)
    await app.startConsumerGroup("bank")
    equal(await app.retryDeadLetters("post"), 1)
    await app.drain()
    const once = (name: string): readonly string[] =>
      heard.filter((one) => one.startsWith(`${name} `)).toSorted((a, b) => (a < b ? -1 : 1))
    deepEqual(once("post"), ["post bill-1 1", "post bill-2 11", "post bill-parked 1"])
    deepEqual(once("bank"), ["bank bill-1 1", "bank bill-2 11", "bank bill-3 100", "bank bill-retried 2"])
    equal((await app.projection(Takings).get("bill-2"))?.cents, 18)
    equal((await app.load(Bill, "bill-2")).state.cents, 18)
    deepEqual(await app.deadLetters(), [])
  } finally {
    await app.close()
  }
}

/** Two releases at work on one log: what each understands is done once, and what the older one does not understand waits for the newer one. */
async function sideBySide(log: StoredLog): Promise<void> {
  const [old, today] = [await log.connect(), await log.connect()]
  const first = await createApp({ backend: old, reactors: [FirstBill], logger: silentLogger })
  const second = await createApp({ backend: today, reactors: [Bill, Takings], logger: silentLogger })
  try {
    await first.execute(PayInEuros("bill-new", { euros: 2 }))
    await first.dispatch(PayInEuros("bill-new", { euros: 3 }))
    await second.drain()
    await rejects(first.execute(PayInEuros("bill-1", { euros: 1 })), { code: "undecodable-payload" })
    const { state } = await second.execute(Pay("bill-new", { cents: 1 }))
    equal(state.cents, 501)
    await second.drain()
    equal((await second.projection(Takings).get("bill-new"))?.cents, 501)
  } finally {
    for (const app of [first, second]) await app.close()
    for (const backend of [old, today]) await backend.close()
  }
}

describe("on memory", () => {
  it("no release meets what another has stored: a backend says so, and a new one is empty [M5.c]", async () => {
    const [one, other] = [memoryBackend(), memoryBackend()]
    equal(one.capabilities.persistent, false)
    await withBackend({ connect: async () => one }, async (backend) => {
      const app = await createApp({ backend, reactors: [Bill], logger: silentLogger })
      await app.execute(Pay("bill-1", { cents: 1 }))
      await app.close()
      await other.migrate()
      equal((await other.operator.stats()).messages, 0)
    })
    await other.close()
  })
})

for (const storage of storages) {
  describe(`on ${storage.name}`, async () => {
    const fixtures = await fixturesOf(storage)
    const current = fixtures.at(-1)

    // The server is started here, where it may take its time.
    beforeAll(() => onFixture(storage, undefined, async () => {}), START_MS)

    it("the format of today's release has its fixture, and today's structures are those of the fixture [M5.c]", async () => {
      await onFixture(storage, undefined, async (log) => {
        const format = await withBackend(log, async (backend) => (await backend.migrate()).format)
        equal(
          current?.format,
          format,
          "a release that writes another format keeps a log of it: run test/formats/write-fixtures.ts, and commit what it writes",
        )
        const today = await log.structure?.()
        if (today === undefined) return
        await onFixture(storage, current?.saved, async (kept) => {
          equal(
            await kept.structure?.(),
            today,
            "the structures of a log have changed, and its format has not: raise it",
          )
        })
      })
    })

    for (const { format, saved, records } of fixtures) {
      it(`a log that was left in format ${format} is read by today's release as it was written, and goes on [M5.c]`, async () => {
        await onFixture(storage, saved, async (log) => {
          await withBackend(log, async (backend) => {
            await backend.migrate()
            deepEqual(JSON.parse(JSON.stringify(await recordsOf(backend))), records)
            await goOn(backend)
          })
        })
      })

      it(`processes of two releases share a log of format ${format}, each with its own reactors and shapes [M5.c]`, async () => {
        await onFixture(storage, saved, sideBySide)
      })
    }

    it("a log of a later format is refused with what to do, and left as it is [M5.c]", async () => {
      await onFixture(storage, current?.saved, async (log) => {
        await log.mark((current?.format ?? 0) + 1)
        const before = await log.save()
        for (const migrate of [true, false]) {
          await withBackend(log, async (backend) => {
            await rejects(createApp({ backend, reactors: [Bill], logger: silentLogger, migrate }), {
              code: "newer-format",
              message: /upgrade|update/,
            })
          })
        }
        equal(await log.save(), before)
      })
    })
  })
}
