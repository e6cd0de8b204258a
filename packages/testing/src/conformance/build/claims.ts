import { equal } from "node:assert/strict"

import type { Backend, Idle, LaneSlice, Owner, PartitionSlice, Position, Slice } from "@millrace/core/backend"

import { G, owner } from "./groups.ts"

/** How long a lease of the suite lasts unless a rule says otherwise: longer than any rule takes. */
export const LEASE_MS = 600_000

export interface ClaimFacts {
  readonly group?: string
  readonly types?: readonly string[]
  readonly limit?: number
  readonly owner?: Owner
  readonly leaseMs?: number
}

/** Claims work of one group: `billing`, type `noted`, at most 100 messages, unless the rule says otherwise. */
export function claim(backend: Backend, facts: ClaimFacts = {}): Promise<Slice | Idle> {
  const { group = G, types = ["noted"], limit = 100, leaseMs = LEASE_MS } = facts
  return backend.claim({ owner: facts.owner ?? owner(), groups: [{ group, types, limit }], leaseMs })
}

/** Claims, and has to get a slice of a partition. */
export async function claimPartition(backend: Backend, facts: ClaimFacts = {}): Promise<PartitionSlice> {
  const slice = await claim(backend, facts)
  if (slice.kind !== "slice" || slice.source !== "partition")
    throw new Error(`expected a slice of a partition, got ${inShort(slice)}`)
  return slice
}

/** Claims, and has to get a slice of lanes. */
export async function claimLanes(backend: Backend, facts: ClaimFacts = {}): Promise<LaneSlice> {
  const slice = await claim(backend, facts)
  if (slice.kind !== "slice" || slice.source !== "lanes")
    throw new Error(`expected a slice of lanes, got ${inShort(slice)}`)
  return slice
}

/** Claims, and has to get nothing. */
export async function claimNothing(backend: Backend, facts: ClaimFacts = {}): Promise<Idle> {
  const idle = await claim(backend, facts)
  equal(idle.kind, "idle", `expected nothing to be claimable, got ${inShort(idle)}`)
  if (idle.kind !== "idle") throw new Error("unreachable")
  return idle
}

/** The positions a slice hands out. */
export function positionsIn(slice: Slice): readonly Position[] {
  return slice.messages.map(({ message }) => message.position)
}

/** Per message of a slice: position and whether it was handled before. */
export function flagsIn(slice: Slice): readonly (readonly [Position, boolean])[] {
  return slice.messages.map(({ message, handledBefore }) => [message.position, handledBefore])
}

/** The storage's clock, read from an idle claim or a promotion that has nothing to do. */
export async function storageNow(backend: Backend): Promise<number> {
  return (await backend.promote(1)).now
}

/** How much of an answer an error shows. */
const SHOWN = 300

/** An answer as an error tells it. */
export function inShort(answer: unknown): string {
  const text = JSON.stringify(answer) ?? "nothing"
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
