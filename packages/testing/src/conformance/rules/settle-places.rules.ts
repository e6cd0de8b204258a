import { deepEqual, equal } from "node:assert/strict"

import { partitionOf, type SettlePart, type Settlement } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, G } from "../build/groups.ts"
import { openLanes } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, doneWith, parked, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const PARTITIONS = 4

/** A stream that lies in another partition than this one. */
function elsewhere(partition: number): string {
  for (let number = 0; ; number += 1) if (partitionOf(`s-${number}`, PARTITIONS) !== partition) return `s-${number}`
}

function withPart(settlement: Settlement, part: SettlePart): Settlement {
  return { ...settlement, parts: [...settlement.parts, part] }
}

/** Settling what the slice could not have held. */
export const settlePlaceRules: readonly Rule[] = [
  rule(
    "settle refuses to open a lane for a stream of another partition, and changes nothing",
    async ({ backend }) => {
      await ensure(backend)
      const [position = 0] = await store(backend, event("a"))
      const slice = await claimPartition(backend)
      const key = elsewhere(slice.lease.partition)
      const deferral = { as: "park", position, failures: 1 } as const
      const foreign = withPart(allDone(slice), { key, from: position, doneTo: position - 1, deferral })
      await refuses("invalid", backend.settle(foreign))
      await refuses("invalid", backend.settle({ ...allDone(slice), skipped: [{ key, position }] }))
      deepEqual(await openLanes(backend), [])
      await claimNothing(backend)
      await settle(backend, allDone(slice))
      const [later = 0] = await store(backend, event(key))
      deepEqual(await workOff(backend), [later])
    },
    { partitions: PARTITIONS },
  ),

  rule("settle refuses to set a stream aside at a position outside of what it settles", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0, third = 0] = await store(backend, ...events("a", 3))
    const slice = await claimPartition(backend)
    const upto = { ...doneWith(slice, parked(slice, "a")), checkpoint: second }
    const parkedAt = (from: number, position: number): Settlement => ({
      ...upto,
      parts: [{ key: "a", from, deferral: { as: "park", position, failures: 1 } }],
    })
    for (const [from, position] of [
      [first, third],
      [third, third],
      [second, first],
      [slice.from, second],
    ] as const)
      await refuses("invalid", backend.settle(parkedAt(from, position)))
    deepEqual(await openLanes(backend), [])
    equal((await settle(backend, parkedAt(first, second))).kind, "settled")
    deepEqual(await openLanes(backend), ["a"])
    await backend.operator.retryLanes(G)
    deepEqual(await workOff(backend), [second, third])
  }),
]
