import { deepEqual, equal } from "node:assert/strict"

import { type Backend, type ClaimRequest, type PartitionSlice, partitionOf } from "@millrace/core/backend"

import { store } from "../../src/conformance/build/appending.ts"
import { claimNothing, positionsIn } from "../../src/conformance/build/claims.ts"
import { ensure, infoOf } from "../../src/conformance/build/groups.ts"
import { event } from "../../src/conformance/build/messages.ts"
import { allDone, settle, workOff } from "../../src/conformance/build/settles.ts"
import type { Aftermath, Prepared, Scenario, Stage } from "./scenario.ts"
import { SITE_PARTITIONS } from "./site-partitions.ts"
import { LEASE_MS, struck, third } from "./work.ts"

const TYPES = ["noted", "added"] as const

/** One stream of each partition, called so. */
function streamsOf(name: string): readonly string[] {
  return Array.from({ length: SITE_PARTITIONS }, (_, partition) => {
    for (let at = 0; ; at += 1) {
      const streamId = `part-${name}-${at}`
      if (partitionOf(streamId, SITE_PARTITIONS) === partition) return streamId
    }
  })
}

/** A claim that finds a message of each type in each of these streams. What it is given is its own, and everything is done once. */
async function claimOf(
  { name, faulty, healthy, clock }: Stage,
  {
    streams,
    types,
    slices,
  }: { readonly streams: readonly string[]; readonly types: readonly string[]; readonly slices: number },
  atRest: boolean,
): Promise<Prepared> {
  const group = `group-${name}`
  await ensure(healthy, { group, types, start: { at: "now" } })
  if (atRest) await claimNothing(faulty, { group, types, owner: struck })
  const made = streams.flatMap((streamId) => types.map((type) => event(streamId, { type })))
  const positions = await store(healthy, ...made)
  const request: ClaimRequest = { owner: struck, groups: [{ group, types, limit: 100, slices }], leaseMs: LEASE_MS }
  return {
    call: () => faulty.claim(request),
    async after({ died, answer }) {
      const done = died ? [] : await doneOf(faulty, slicesIn(answer))
      await clock.advance(100 * LEASE_MS)
      const left = await workOff(healthy, { group, types, owner: third })
      deepEqual(
        [...done, ...left].toSorted((a, b) => a - b),
        positions,
        name,
      )
      equal((await infoOf(healthy, group)).lag, 0, name)
    },
  }
}

/** Settles each slice under its own lease. Answers the positions that are done so. */
async function doneOf(backend: Backend, slices: readonly PartitionSlice[]): Promise<readonly number[]> {
  const done: number[] = []
  for (const slice of slices) {
    equal((await settle(backend, allDone(slice))).kind, "settled", "the lease that was answered is in force")
    done.push(...positionsIn(slice))
  }
  return done
}

function slicesIn(answer: Aftermath["answer"]): readonly PartitionSlice[] {
  return isPartitionSlice(answer) ? [answer, ...(answer.also ?? [])] : []
}

function isPartitionSlice(answer: unknown): answer is PartitionSlice {
  return typeof answer === "object" && answer !== null && "source" in answer && answer.source === "partition"
}

const claimAfterRest: Scenario = {
  what: "claim by a process that had nothing to do",
  prepare: (stage) => claimOf(stage, { streams: [`in-${stage.name}`], types: ["noted"], slices: 1 }, true),
}

const claimOfTypes: Scenario = {
  what: "claim in a group of two types",
  prepare: (stage) => claimOf(stage, { streams: [`in-${stage.name}`], types: TYPES, slices: 1 }, false),
}

const claimOfSlices = (what: string, types: readonly string[]): Scenario => ({
  what,
  prepare: (stage) => claimOf(stage, { streams: streamsOf(stage.name), types, slices: SITE_PARTITIONS }, false),
})

/** What a process claims that was woken, or asks for much. */
export const wokenScenarios: readonly Scenario[] = [
  claimAfterRest,
  claimOfTypes,
  claimOfSlices("claim of several slices", ["noted"]),
  claimOfSlices("claim of several slices in a group of two types", TYPES),
]
