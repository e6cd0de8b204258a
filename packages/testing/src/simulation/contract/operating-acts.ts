import type { StartPoint } from "@millrace/core"

import { type GuestAct, GROUPS, type Hands, ownerOf, TYPES, typesOf } from "./guests.ts"

const beat: GuestAct = async ({ storage, random }) => {
  const owner = ownerOf(random)
  const wants = GROUPS.map((group) => ({ group, types: typesOf(random) }))
  const facts = { host: "h", pid: 1 }
  const pulse = await storage.heartbeat({
    kind: random.pick(["join", "join", "beat", "beat", "leave"]),
    owner,
    facts,
    wants,
  })
  if (pulse.kind !== "held") return
  if (random.chance(0.3))
    await storage.heartbeat({ kind: "beat", owner: { ...owner, bootId: pulse.bootId }, facts, wants })
  await storage.heartbeat({ kind: "supersede", owner, facts, wants, bootId: pulse.bootId, beats: pulse.beats })
}

const startStop: GuestAct = async ({ storage, random }) => {
  const group = random.pick(GROUPS)
  return random.chance(0.35)
    ? storage.operator.stopGroup(group, { reason: "a guest" })
    : storage.operator.startGroup(group)
}

const reset: GuestAct = async ({ storage, random, now }) => {
  const group = random.pick(GROUPS)
  const { head } = await storage.read({ from: "log", limit: 1 })
  const to = random.pick<StartPoint>([
    { at: "beginning" },
    { at: "now" },
    { at: "position", position: random.below(head + 1) },
    { at: "date", date: now - random.below(10_000) },
  ])
  await storage.operator.resetGroup(group, to, {
    ...(random.chance(0.3) ? { reemit: true } : {}),
    ...(random.chance(0.3) ? { types: [random.pick(TYPES)] } : {}),
  })
  return storage.operator.groups([group])
}

const skip: GuestAct = async ({ storage, random }) => {
  const { messages } = await storage.read({ from: "log", limit: 10, direction: "backward" })
  const one = messages[random.below(Math.max(messages.length, 1))]
  if (one !== undefined) await storage.operator.skip(random.pick(GROUPS), one.position)
}

const lanes: GuestAct = async ({ storage, random }) => {
  const { operator } = storage
  const group = random.pick(GROUPS)
  const open = await operator.lanes({ group, limit: 200 })
  const one = open[random.below(Math.max(open.length, 1))]
  if (one === undefined || random.chance(0.2)) return operator.retryLanes(group)
  return random.chance(0.5) ? operator.retryLanes(group, [one.key]) : operator.discardLane(group, one.key)
}

const groups: GuestAct = async ({ storage, random }) => {
  const { operator } = storage
  const [from, to] = [random.pick(GROUPS), random.pick([...GROUPS, "renamed"] as const)]
  if (random.chance(0.3)) {
    await operator.renameGroup(from, to)
    await operator.groups()
    return operator.renameGroup(to, from)
  }
  return random.chance(0.2) ? operator.deleteGroup(from) : operator.renameGroup(from, random.pick(GROUPS))
}

const schedules: GuestAct = async ({ storage, random, now }) => {
  const waiting = await storage.operator.schedules({ limit: 50 })
  const one = waiting[random.below(Math.max(waiting.length, 1))]
  const ids = [one?.message.id ?? "00000000-0000-7000-8000-fffffffffffe", "00000000-0000-7000-8000-ffffffffffff"]
  return random.chance(0.5)
    ? storage.operator.cancelSchedules(ids)
    : storage.operator.reschedule(ids, now + random.below(5_000))
}

const promote: GuestAct = async ({ storage, random }) => storage.promote(random.pick([1, 2, 100]))

/** The idempotency keys that are left. */
const keysOf = (storage: Hands["storage"]) => storage.operator.dump({ of: "keys", limit: 100 })

const trim: GuestAct = async ({ storage, random }) => {
  const { head, trimmedTo } = await storage.read({ from: "log", limit: 1 })
  await storage.operator.trim(Math.min(head, trimmedTo + random.below(8)), { force: random.chance(0.4) })
  return [await storage.operator.groups(), await keysOf(storage)]
}

const trimCategory: GuestAct = async ({ storage, random }) => {
  const trimmed = await storage.operator.trimCategory(random.pick(["cart", "cart", "carts", "order", "none", "a-b"]), {
    keep: random.pick([0, 1, 2, 5, 20, -1, 1.5]),
    ...(random.chance(0.5) ? { limit: random.pick([1, 2, 5, 0, -1, 100_000]) } : {}),
    force: random.chance(0.4),
  })
  return [trimmed, await storage.operator.groups(), await keysOf(storage)]
}

/** What an operator, a process and the passing of time do. */
export const operatingActs: Readonly<Record<string, GuestAct>> = {
  beat,
  startStop,
  reset,
  skip,
  lanes,
  groups,
  schedules,
  promote,
  trim,
  trimCategory,
}
