import { deepEqual, equal, ok } from "node:assert/strict"

import { CONTRACT_VERSION } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, owner } from "../build/groups.ts"
import { event } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { listenTo } from "../build/wakes.ts"
import { type Rule, rule } from "../rule.ts"

const fresh = { migrated: false, partitions: 6 }

/** Installing, removing and closing. */
export const migrateRules: readonly Rule[] = [
  rule(
    "the backend says which version of the contract it was written for, and it is this one",
    async ({ capabilities }) => {
      equal(
        capabilities.contract,
        CONTRACT_VERSION,
        "read what has changed in the contract, and then raise `contract` in the capabilities",
      )
    },
  ),

  rule(
    "migrate makes a log usable, and changes nothing when it runs again [S36.a]",
    async ({ backend }) => {
      const first = await backend.migrate()
      const [position] = await store(backend, event("a"))
      const again = await backend.migrate()
      deepEqual(again, { steps: [], format: first.format })
      deepEqual(
        (await readAll(backend)).map((message) => message.position),
        [position],
      )
    },
    fresh,
  ),

  rule(
    "migrate as a dry run lists the steps and takes none [S36.a]",
    async ({ backend }) => {
      const planned = await backend.migrate({ dryRun: true })
      ok(planned.steps.every((step) => step.trim() !== ""))
      ok(planned.steps.length > 0, "a new log has something to create")
      deepEqual(await backend.migrate({ dryRun: true }), planned)
      deepEqual(await backend.migrate(), planned)
      deepEqual((await backend.migrate({ dryRun: true })).steps, [])
    },
    fresh,
  ),

  rule(
    "migrate runs from several backend objects at once [S36.a]",
    async ({ backend, reopen }) => {
      const others = [await reopen(), await reopen()]
      const migrations = await Promise.all([backend, ...others].map((one) => one.migrate()))
      equal(new Set(migrations.map(({ format }) => format)).size, 1)
      await store(backend, event("a"))
      for (const other of others) equal((await readAll(other)).length, 1)
    },
    fresh,
  ),

  rule(
    "a log that was never migrated refuses what needs one [S36.a]",
    async ({ backend }) => {
      await refuses(
        "not-migrated",
        backend.append([{ streams: [{ streamId: "a", expected: "any", messages: [event("a")] }] }]),
      )
      await refuses("not-migrated", backend.read({ from: "log", limit: 1 }))
      await refuses("not-migrated", claim(backend))
    },
    fresh,
  ),

  rule(
    "a log keeps the partitions it was created with [S36.a]",
    async ({ backend, reopen }) => {
      await backend.migrate()
      const other = await reopen()
      await other.migrate()
      deepEqual([backend.capabilities.partitions, other.capabilities.partitions], [6, 6])
    },
    fresh,
  ),

  rule("capabilities state what the storage can do [S36.a]", async ({ capabilities, lacks }) => {
    ok(capabilities.name.length > 0 && capabilities.durability.length > 10)
    ok(["process", "machine", "network"].includes(capabilities.reach) && ["push", "poll"].includes(capabilities.wake))
    ok(capabilities.partitions >= 1 && capabilities.maxMessageBytes >= 100_000 && capabilities.maxBatch >= 100)
    ok(capabilities.tx || !capabilities.txRollback, "undoing user's work needs transactions")
    equal(capabilities.persistent, !lacks("persistence"), "the harness lacks persistence where the backend has none")
  }),

  rule("uninstall removes everything when told the log's name, and nothing otherwise [S36.b]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    const { name } = await backend.operator.stats()
    ok(name.length > 0)
    for (const wrong of ["", `${name}x`, name.toUpperCase() === name ? name.toLowerCase() : name.toUpperCase()]) {
      await refuses("invalid", backend.operator.uninstall(wrong))
    }
    equal((await readAll(backend)).length, 1)
    await backend.operator.uninstall(name)
    await backend.migrate()
    const stats = await backend.operator.stats()
    deepEqual([stats.messages, stats.streams, stats.head, (await backend.operator.groups()).length], [0, 0, 0, 0])
    await ensure(backend)
    const positions = await store(backend, event("a"))
    deepEqual(positionsIn(await claimPartition(backend)), positions)
  }),

  rule(
    "close ends a backend object: every call after it throws closed, and closing twice is fine [S40.d]",
    async ({ backend }) => {
      await ensure(backend)
      await listenTo(backend)
      await backend.close()
      await backend.close()
      const lease = { of: "partition", group: "billing", partition: 0, token: 1 } as const
      await refuses("closed", backend.append([]))
      await refuses("closed", backend.read({ from: "log", limit: 1 }))
      await refuses("closed", backend.documents({ collection: "c", limit: 1 }))
      await refuses("closed", ensure(backend))
      await refuses("closed", claim(backend))
      await refuses("closed", backend.extend(lease, 1))
      await refuses("closed", backend.settle({ lease, parts: [] }))
      await refuses("closed", backend.promote(1))
      await refuses(
        "closed",
        backend.heartbeat({ kind: "beat", owner: owner(), facts: { host: "h", pid: 1 }, wants: [] }),
      )
      await refuses(
        "closed",
        backend.listen(() => {}),
      )
      await refuses("closed", backend.migrate())
      await refuses("closed", backend.operator.stats())
      await refuses("closed", backend.operator.groups())
    },
  ),

  rule(
    "close of one backend object leaves the others and the log alone, where objects are several",
    async ({ backend, reopen, capabilities }) => {
      await store(backend, event("a"))
      const other = await reopen()
      equal(other === backend, capabilities.reach === "process")
      if (other === backend) return
      await other.close()
      await store(backend, event("a"))
      equal((await readAll(await reopen())).length, 2)
    },
  ),
]
