import { deepEqual, equal } from "node:assert/strict"

import { PROCESS_TTL_MS, TYPE_GRACE_MS } from "@millrace/core/backend"
import type { Backend, Owner } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimNothing, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, G, infoOf, owner } from "../build/groups.ts"
import { event } from "../build/messages.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const OLD = ["noted"]
const NEW = ["noted", "sent"]
const sent = (streamId: string) => event(streamId, { type: "sent" })

const beat = (backend: Backend, who: Owner, types: readonly string[], kind: "join" | "beat" | "leave" = "beat") =>
  backend.heartbeat({ kind, owner: who, facts: { host: "h", pid: 1 }, wants: [{ group: G, types }] })

/** Which types a group wants, and what happens while processes disagree about it. */
export const groupTypeRules: readonly Rule[] = [
  rule(
    "ensureGroup adds a type above the head of that moment, and counts what is passed over",
    async ({ backend }) => {
      const [first = 0, , third = 0] = await store(backend, event("a"), sent("a"), sent("b"))
      await ensure(backend, { types: OLD })
      deepEqual((await ensure(backend, { types: NEW })).added, [{ type: "sent", since: third, passedOver: 2 }])
      deepEqual((await ensure(backend, { types: NEW })).added, [])
      const [fourth = 0] = await store(backend, sent("a"))
      deepEqual(
        (await workOff(backend, { types: NEW })).toSorted((one, two) => one - two),
        [first, fourth],
      )
      deepEqual(
        (await infoOf(backend)).types.toSorted((one, two) => one.type.localeCompare(two.type)),
        [
          { type: "noted", since: 0 },
          { type: "sent", since: third },
        ],
      )
    },
    { partitions: 4 },
  ),

  rule("ensureGroup tells which types a process lacks, and keeps them", async ({ backend }) => {
    await ensure(backend, { types: NEW })
    deepEqual((await ensure(backend, { types: OLD, owner: owner("old") })).missing, ["sent"])
    deepEqual((await ensure(backend, { types: NEW, owner: owner("new") })).missing, [])
    equal((await infoOf(backend)).types.length, 2)
  }),

  rule(
    "claim never hands a process what lies beyond the first waiting message of a type it lacks, in either order of a rolling deploy",
    async ({ backend }) => {
      await ensure(backend, { types: NEW })
      const [first = 0, second = 0, third = 0, fourth = 0] = await store(
        backend,
        event("a"),
        event("b"),
        sent("a"),
        event("c"),
      )
      const slice = await claimPartition(backend, { types: OLD })
      deepEqual(positionsIn(slice), [first, second])
      equal(slice.scannedTo < third, true, `the slice reaches ${slice.scannedTo} and may not pass ${third}`)
      await settle(backend, allDone(slice))
      const idle = await claimNothing(backend, { types: OLD })
      deepEqual(idle.outdated, [{ group: G, type: "sent" }])
      deepEqual(await workOff(backend, { types: NEW }), [third, fourth])
      deepEqual((await claimNothing(backend, { types: OLD })).outdated, [])
    },
  ),

  rule("claim by a process that lacks a type moves on where no message of that type waits", async ({ backend }) => {
    await ensure(backend, { types: NEW })
    const positions = await store(backend, event("a"), event("b"))
    deepEqual(await workOff(backend, { types: OLD }), positions)
    const later = await store(backend, event("a"))
    deepEqual(await workOff(backend, { types: OLD }), later)
  }),

  rule(
    "a type stays in its group while a live process wants it, and leaves it a grace span after the last one",
    async ({ backend, advance }) => {
      const [old, young] = [owner("old"), owner("young")]
      await ensure(backend, { types: OLD, owner: old })
      await ensure(backend, { types: NEW, owner: young })
      await beat(backend, old, OLD, "join")
      await beat(backend, young, NEW, "join")
      await beat(backend, young, NEW, "leave")
      const [waiting = 0] = await store(backend, sent("a"))
      for (let spent = 0; spent < TYPE_GRACE_MS - PROCESS_TTL_MS; spent += 5_000) {
        equal(
          (await claim(backend, { types: OLD, owner: old })).kind,
          "idle",
          `position ${waiting} is held for its type`,
        )
        await advance(5_000)
        await beat(backend, old, OLD)
      }
      for (let spent = 0; spent <= PROCESS_TTL_MS + 5_000; spent += 5_000) {
        await advance(5_000)
        await beat(backend, old, OLD)
      }
      await ensure(backend, { types: OLD, owner: old })
      deepEqual(
        (await infoOf(backend)).types.map(({ type }) => type),
        ["noted"],
      )
      const later = await store(backend, event("a"))
      deepEqual(await workOff(backend, { types: OLD, owner: old }), later)
    },
  ),

  rule("a group keeps its types while no process of it lives at all", async ({ backend, advance }) => {
    await ensure(backend, { types: NEW })
    await beat(backend, owner(), NEW, "join")
    await advance(TYPE_GRACE_MS * 3)
    const waiting = await store(backend, sent("a"), event("a"))
    deepEqual((await infoOf(backend)).types.map(({ type }) => type).toSorted(), NEW)
    await beat(backend, owner("p2"), NEW, "join")
    deepEqual((await ensure(backend, { types: NEW, owner: owner("p2") })).added, [])
    deepEqual(await workOff(backend, { types: NEW, owner: owner("p2") }), waiting)
  }),

  rule("renameGroup keeps when each type was last wanted", async ({ backend, advance }) => {
    await ensure(backend, { types: NEW })
    await beat(backend, owner(), NEW, "join")
    await advance(TYPE_GRACE_MS * 3)
    await beat(backend, owner(), NEW)
    await backend.operator.renameGroup(G, "renamed")
    const wants = [{ group: "renamed", types: OLD }]
    await backend.heartbeat({ kind: "join", owner: owner("p2"), facts: { host: "h", pid: 2 }, wants })
    const types = (await infoOf(backend, "renamed")).types.map(({ type }) => type)
    deepEqual(types.toSorted(), NEW)
  }),
]
