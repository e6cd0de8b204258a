import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend } from "@millrace/core"
import type { Message, Settlement, Slice } from "@millrace/core/backend"

import { store, to } from "../../src/conformance/build/appending.ts"
import { claim, positionsIn } from "../../src/conformance/build/claims.ts"
import { ensure, infoOf, owner } from "../../src/conformance/build/groups.ts"
import { events } from "../../src/conformance/build/messages.ts"
import { allDone, doneWith, settle, storing } from "../../src/conformance/build/settles.ts"
import type { Stage } from "./scenario.ts"

export const LEASE_MS = 30_000
export const [struck, other, third] = [owner("struck"), owner("other"), owner("third")]

/** A stream as it is read: the ids of its messages in order. */
export async function idsIn(backend: Backend, streamId: string): Promise<readonly string[]> {
  const { messages } = await backend.read({ from: "streams", streams: [{ streamId }], include: "all", limit: 1_000 })
  return messages.map(({ id }) => id)
}

/** A group that begins now, and three messages for it. */
export async function groupWithWork({ name, healthy }: Stage): Promise<Work> {
  const group = `group-${name}`
  await ensure(healthy, { group, start: { at: "now" } })
  const messages = events(`in-${name}`, 3)
  const positions = await store(healthy, ...messages)
  return { group, positions, results: [] }
}

/** The same, with a result that each message is to have. */
export async function groupWithResults(stage: Stage): Promise<Work> {
  return { ...(await groupWithWork(stage)), results: events(`out-${stage.name}`, 3, { type: "result" }) }
}

/** What a worker makes of such a slice: a result for each message, in one part. */
export function settlementOf(slice: Slice, name: string, results: readonly Message[]): Settlement {
  return doneWith(slice, storing(slice, `in-${name}`, to(`out-${name}`, results)))
}

/** A group's work, with the result that belongs to each message, if any. */
export interface Work {
  readonly group: string
  readonly positions: readonly number[]
  readonly results: readonly Message[]
}

/**
 * Whoever comes after the lease gets all of the work or none, and does what is left, storing the result of each message. Afterwards nothing waits.
 * A slice that was taken over may be smaller than the one before.
 */
export async function finishWork({ name, healthy, clock }: Stage, work: Work): Promise<"was settled" | "was not"> {
  await clock.advance(100 * LEASE_MS)
  const handed: number[] = []
  for (;;) {
    const slice = await claim(healthy, { group: work.group, owner: third })
    if (slice.kind === "idle") break
    const at = positionsIn(slice)
    handed.push(...at)
    ok(handed.length <= work.positions.length, `${name}: handed out ${handed.join(" ")}`)
    const made = at.flatMap((position) => work.results[work.positions.indexOf(position)] ?? [])
    await settle(healthy, made.length === 0 ? allDone(slice) : settlementOf(slice, name, made))
  }
  equal((await infoOf(healthy, work.group)).lag, 0, name)
  if (handed.length === 0) return "was settled"
  deepEqual(handed, work.positions, name)
  return "was not"
}
