import { deepEqual } from "node:assert/strict"

import type { ClaimRequest, Idle, Settlement, Slice } from "@millrace/core/backend"

import { type CastGroup, hashOf, ownerOf, pickOf, TYPES, typesOf } from "./cast.ts"
import type { Held, Stage, Tried } from "./stage.ts"
import type { Step } from "./step.ts"
import { sorted, viewOfSettled, viewOfSlice } from "./views.ts"
import { settlementOf } from "./worker.ts"

export const LEASE_MS = 10_000

/** The bits of every type. */
export const ALL_TYPES = 2 ** TYPES.length - 1

/** The most slices that a group needs to be worked off. */
export const MOST_SLICES = 2_000

/** The most slices that are left lying at a time. */
const MOST_HELD = 12

/** The most settlements that may come again. */
const MOST_REMEMBERED = 20

type Work = Extract<Step, { do: "work" }>

/** Settles a slice, and tells the ledger. */
export async function settle(stage: Stage, one: Held, settlement: Settlement): Promise<unknown> {
  const answer = await stage.backend.settle(settlement)
  stage.ledger.settled(one.slice, one.cast, settlement, answer)
  const applied = answer.kind === "settled" && answer.parts.every(({ kind }) => kind === "stored")
  const tried = { ...one, settlement, applied: applied || one.cast.order !== "log" }
  stage.settlements = [...stage.settlements.slice(-MOST_REMEMBERED), tried]
  return viewOfSettled(answer)
}

/** Settles the same again. */
export async function settleAgain(stage: Stage, one: Tried): Promise<unknown> {
  if (!one.applied) return settle(stage, one, one.settlement)
  return viewOfSettled(await stage.backend.settle(one.settlement))
}

/** Claims all that these groups have, settles some of it as the seed decides, and abandons the rest. */
export async function work(stage: Stage, step: Work, casts: readonly CastGroup[]): Promise<unknown> {
  const types = typesOf(step.types)
  const request = {
    owner: ownerOf(step.owner),
    groups: casts.map(({ group }) => ({ group, types, limit: step.limit, slices: step.slices })),
    leaseMs: LEASE_MS,
  }
  const { slices, idle } = await claimAll(stage, request)
  const views = sorted(slices.flatMap(viewOfSlice))
  const settled: unknown[] = []
  for (const one of slices.toSorted((first, second) => (orderOf(first) < orderOf(second) ? -1 : 1)))
    settled.push(await settleOrLeave(stage, step, one, casts))
  // What a process can be given that lacks types is told in different words; what it is given is not.
  const rest = step.types === ALL_TYPES ? viewOfIdle(idle) : {}
  return { views, settled, now: idle.now, ...rest }
}

/** Claims until nothing is left. Fails when a claim brings more than it was asked for, or a slice says that it is the last and is not. */
async function claimAll(
  { backend, ledger }: Stage,
  request: ClaimRequest,
): Promise<{ readonly slices: readonly Slice[]; readonly idle: Idle }> {
  const most = request.groups[0]?.slices ?? 1
  const slices: Slice[] = []
  let last: Idle | undefined
  while (slices.length <= MOST_SLICES) {
    const answer = await backend.claim(request)
    if (answer.kind === "idle") {
      if (last !== undefined) deepEqual(viewOfIdle(last), viewOfIdle(answer), "what a slice said of the claim after it")
      return { slices, idle: answer }
    }
    if (last !== undefined) throw new Error(`${answer.group} hands out a slice behind the last one`)
    const together = [answer, ...(answer.source === "partition" ? (answer.also ?? []) : [])]
    if (together.length > most) throw new Error(`${answer.group} hands out ${together.length} slices, not ${most}`)
    if (answer.source === "partition") last = answer.nothingElse
    for (const slice of together) ledger.handedOut(slice)
    slices.push(...together)
  }
  throw new Error(`${request.groups[0]?.group} hands out slices for ever`)
}

const viewOfIdle = ({ nextAt, outdated }: Idle): object => ({ nextAt, outdated: sorted(outdated) })

async function settleOrLeave(
  stage: Stage,
  { seed }: Work,
  slice: Slice,
  casts: readonly CastGroup[],
): Promise<unknown> {
  const cast = casts.find(({ group }) => group === slice.group)
  if (cast === undefined) throw new Error(`a slice of ${slice.group}, which nobody asked for`)
  if (hashOf(seed, orderOf(slice)) % 100 < 15) {
    stage.held = [...stage.held.slice(-MOST_HELD), { slice, cast }]
    return "left"
  }
  return [orderOf(slice), await settle(stage, { slice, cast }, settlementOf(slice, cast, { seed, now: stage.now }))]
}

/** Settles, extends or gives back what was abandoned earlier. */
export async function late(stage: Stage, step: Extract<Step, { do: "late" }>): Promise<unknown> {
  const one = pickOf(stage.held, step.pick)
  if (one === undefined) return "nothing is held"
  if (step.how === "extend") return stage.backend.extend(one.slice.lease, LEASE_MS)
  stage.held = stage.held.filter((other) => other !== one)
  const { lease } = one.slice
  if (step.how === "settle")
    return settle(stage, one, settlementOf(one.slice, one.cast, { seed: step.seed, now: stage.now }))
  if (one.slice.source === "lanes") return settle(stage, one, { lease, parts: [] })
  return settle(stage, one, { lease, checkpoint: one.slice.from, skipped: one.slice.skipped, parts: [] })
}

/** Names a slice by what it holds, so that both backends' slices come in one order. */
const orderOf = (slice: Slice): string =>
  slice.source === "partition"
    ? `${slice.group} partition ${slice.lease.partition}`
    : `${slice.group} lanes ${slice.lanes.map(({ key, next }) => `${key}@${next}`).join()}`
