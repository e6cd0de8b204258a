import type { Settled, Settlement, Slice } from "@millrace/core"

import { type GuestAct, GROUPS, type Hands, orderOf, ownerOf, TYPES, typesOf } from "./guests.ts"
import { makeSettlement } from "./make-settlement.ts"

/** More lanes than one slice holds. */
const CROWD = 120
const MOST_HELD = 30
/** Streams enough for two of them to be in one partition. */
const FEW = 6

function groupsWanted(random: Hands["random"], limit: number) {
  // The group that was made later may not be there.
  const groups = random.chance(0.3) ? GROUPS.slice(0, random.pick([3, 3, 4])) : [random.pick(GROUPS)]
  return groups.map((group) => ({ group, types: typesOf(random), limit }))
}

const ensure: GuestAct = async ({ storage, random }) => {
  const group = random.pick(GROUPS)
  const order = random.chance(0.1) ? "key" : orderOf(group)
  const start = group === "later" ? ({ at: "now" } as const) : ({ at: "beginning" } as const)
  const maxLanes = random.pick([2, 5, 1_000])
  return storage.ensureGroup({ group, order, start, types: typesOf(random), owner: ownerOf(random), maxLanes })
}

const claim: GuestAct = async ({ storage, random, slices }) => {
  const groups = groupsWanted(random, random.pick([1, 3, 100]))
  const slice = await storage.claim({ owner: ownerOf(random), groups, leaseMs: random.pick([50, 500, 3_000]) })
  if (slice.kind === "slice") slices.push(slice)
  if (slices.length > MOST_HELD) slices.shift()
}

const settle: GuestAct = async (hands) => {
  const { random, slices } = hands
  const at = random.chance(0.7) ? slices.length - 1 : random.below(Math.max(slices.length, 1))
  const slice = slices[at]
  if (slice === undefined) return
  slices.splice(at, 1)
  await settleOne(hands, slice, makeSettlement(slice, hands))
}

/** Settles, and goes on with the lanes that are left in hand. */
async function settleOne(
  { storage, random, slices, settlements }: Hands,
  slice: Slice,
  settlement: Settlement,
): Promise<void> {
  settlements.push(settlement)
  const answer: Settled = await storage.settle(settlement)
  if (answer.kind !== "settled" || answer.lanes.length === 0 || slice.kind !== "slice") return
  const lease = { of: "lanes", group: slice.group, partition: slice.lease.partition, lanes: answer.lanes } as const
  const to = slice.messages.at(-1)?.message.position ?? 0
  const lanes = answer.lanes.map(({ key }) => ({
    key,
    next: settlement.parts.find((part) => part.key === key)?.from ?? 1,
    scannedTo: to,
  }))
  const roll = random.below(4)
  if (roll < 2)
    slices.push({
      kind: "slice",
      source: "lanes",
      group: slice.group,
      messages: slice.messages,
      takeovers: slice.takeovers,
      reemit: slice.reemit,
      epoch: slice.epoch,
      lease,
      lanes,
    })
  else if (roll === 2) await storage.extend(lease, random.pick([1, 2_000]))
}

const settleAgain: GuestAct = async ({ storage, random, settlements }) => {
  const recent = random.chance(0.5) ? settlements.at(-1) : settlements[random.below(Math.max(settlements.length, 1))]
  return recent === undefined ? undefined : storage.settle(recent)
}

const extend: GuestAct = async ({ storage, random, slices }) => {
  const slice = slices[random.below(Math.max(slices.length, 1))]
  return slice === undefined ? undefined : storage.extend(slice.lease, random.pick([1, 100, 5_000]))
}

/** Some streams of a group fail together: one of their lanes is settled, and then all of them are held on to. */
const piece: GuestAct = async (hands) => {
  const { storage, random, message, now } = hands
  const [group, types, owner] = ["few", [...TYPES], ownerOf(random)] as const
  await storage.ensureGroup({ group, order: "stream", start: { at: "now" }, types, owner, maxLanes: 1_000 })
  const streams = Array.from({ length: FEW }, (_, at) => `few-${at}`)
  await storage.append([
    { streams: streams.map((streamId) => ({ streamId, expected: "any", messages: [message(streamId, "event")] })) },
  ])
  for (let left = 2 * FEW; left > 0; left -= 1) {
    const slice = await storage.claim({ owner, groups: [{ group, types, limit: 100 }], leaseMs: 3_000 })
    if (slice.kind === "idle") return
    const { parts, ...rest } = makeSettlement(slice, hands, "all fail")
    const failed = parts.map((part) => ({
      ...part,
      deferral: { as: "retry", position: part.from, failures: 1, retryAt: now } as const,
    }))
    if (slice.lease.of === "partition" || slice.lease.lanes.length === 1) {
      await storage.settle({ ...rest, parts: failed })
      continue
    }
    const lanes = slice.lease.lanes.slice(0, 1)
    const settled = failed.filter(({ key }) => key === lanes[0]?.key)
    await storage.settle({ lease: { ...slice.lease, lanes }, parts: settled })
    await storage.extend(slice.lease, random.pick([100, 5_000]))
    return
  }
}

/** A slice is given back as it was, after a settle that has to be refused. */
const giveBack: GuestAct = async ({ storage, random, slices }) => {
  const slice = slices.pop()
  if (slice === undefined) return undefined
  const { messages, lease } = slice
  if (slice.source === "lanes") return storage.settle({ lease, parts: [] })
  const { from, scannedTo, skipped } = slice
  const first = messages[0]?.message
  if (first !== undefined && orderOf(slice.group) === "stream") {
    // Outside of what this settles.
    const position = random.pick([first.position - 1, scannedTo + 1])
    const deferral = { as: "park", position, failures: 1 } as const
    const parts = [{ key: first.streamId, from: first.position, deferral }]
    await storage.settle({ lease, checkpoint: scannedTo, skipped, parts }).catch(() => {})
  }
  return storage.settle({ lease, checkpoint: from, skipped, parts: [] })
}

/** Works something off to the end, so that not all of it goes wrong. */
const run: GuestAct = async (hands) => {
  const { storage, random } = hands
  const owner = ownerOf(random)
  const groups = groupsWanted(random, 100)
  for (let left = 12; left > 0; left -= 1) {
    const slice = await storage.claim({ owner, groups, leaseMs: 1_000 })
    if (slice.kind === "idle") return
    await settleOne(hands, slice, makeSettlement(slice, hands, "calm"))
  }
}

/** Many streams of a group fail at once, and come back one after another. */
const manyLanes: GuestAct = async (hands) => {
  const { storage, random, message, now } = hands
  if (!random.chance(0.3)) return
  const group = random.pick(["by-stream", "by-key"])
  const types = [...TYPES]
  const owner = ownerOf(random)
  await storage.ensureGroup({ group, order: orderOf(group), start: { at: "beginning" }, types, owner, maxLanes: 1_000 })
  const streams = Array.from({ length: CROWD }, (_, at) => (group === "by-key" ? `k${at}-1` : `many-${at}`))
  await storage.append([
    { streams: streams.map((streamId) => ({ streamId, expected: "any", messages: [message(streamId, "event")] })) },
  ])
  for (let left = 8; left > 0; left -= 1) {
    const slice = await storage.claim({ owner, groups: [{ group, types, limit: 1_000 }], leaseMs: 5_000 })
    if (slice.kind === "idle") break
    const settlement = makeSettlement(slice, hands, "all fail")
    await storage.settle({
      ...settlement,
      parts: settlement.parts.map((part, at) => ({
        ...part,
        deferral: { as: "retry", position: part.from, failures: 1, retryAt: at < CROWD - 3 ? now + 100_000 : now },
      })),
    })
  }
  for (let left = 4; left > 0; left -= 1)
    await storage.claim({
      owner: ownerOf(random),
      groups: [{ group, types, limit: 1_000 }],
      leaseMs: random.pick([10, 5_000]),
    })
}

/** Working. */
export const workingActs: Readonly<Record<string, GuestAct>> = {
  ensure,
  claim,
  settle,
  settleAgain,
  extend,
  piece,
  giveBack,
  run,
  manyLanes,
}
