import { randomUUID } from "node:crypto"

import { BackendError, noSuchGroup } from "@millrace/core/backend"
import type { MatchKeysAndValues } from "mongodb"

import { adoptSettles, type Landed } from "./adopt.ts"
import { askForWay } from "./ask-for-way.ts"
import { closeLeases } from "./close-leases.ts"
import type { Database } from "./database.ts"
import { type GroupDocument, groupOf, headOf, partitionDocument } from "./group-document.ts"
import { fork, type GroupState, partitionAt } from "./group-state.ts"
import type { ServerClock } from "./server-clock.ts"

/** Changes of one group that go into one write. */
const MOST_AT_ONCE = 200

/** So many groups are read whole at once. */
const FEW = 2

/** How often a write is tried again because another process wrote first. */
const MOST_ROUNDS = 500
const MOST_PAUSE_MS = 20

/** After so many rounds a change asks claims to stay away from its group. */
const ROUNDS_BESIDE_CLAIMS = 5

/** The groups of a log, as this process last saw them. A write finds out by `rev` whether that still holds. */
export interface Groups {
  /** As it was last seen; read where it never was. Throws `not-found`. */
  known(name: string): Promise<GroupState>
  /** When it was last read, or found to be as it is remembered, on the steady clock. */
  seenAt(name: string): number
  /** Read now: those named (throws `not-found`), or all. */
  fresh(names?: readonly string[]): Promise<readonly GroupState[]>
  /**
   * Changes a group in one atomic write. `change` gets a draft; it may run several times, each time on what the group is by then. Where it
   * changes nothing its answer is about what the group is now. Changes of one group asked for together are written together.
   */
  change<T>(name: string, change: (draft: GroupState) => T | Promise<T>): Promise<T>
  /** The same for a claim, which never asks others for way. */
  claim<T>(name: string, take: (draft: GroupState) => Promise<T>): Promise<T>
  /** Drops what is remembered of one that was deleted. */
  drop(name: string): void
  /** Drops what is remembered. */
  forget(): void
}

interface Slot {
  readonly name: string
  state: GroupState | undefined
  seenAt: number
  readonly queue: Queued[]
  running: boolean
}

interface Queued {
  readonly isClaim: boolean
  readonly change: (draft: GroupState) => Promise<() => void>
  readonly failed: (error: unknown) => void
}

/** `onWayBack`: claims may come again to a group they were asked to stay away from. */
export function groupsOf(database: Database, clock: ServerClock, onWayBack: () => void): Groups {
  const slots = new Map<string, Slot>()
  const slotOf = (name: string): Slot => {
    const known = slots.get(name)
    if (known !== undefined) return known
    const made: Slot = { name, state: undefined, seenAt: Number.NEGATIVE_INFINITY, queue: [], running: false }
    slots.set(name, made)
    return made
  }
  const load = async (name: string): Promise<GroupState> => {
    const document = await database.read(() => database.groups.findOne({ name }))
    if (document === null) {
      slots.delete(name)
      throw noSuchGroup(name)
    }
    return groupOf(document)
  }
  const see = (state: GroupState): GroupState => {
    const slot = slotOf(state.name)
    slot.seenAt = performance.now()
    if (slot.state === undefined || slot.state.id !== state.id || slot.state.rev < state.rev) slot.state = state
    return slot.state
  }

  const run = async (slot: Slot): Promise<void> => {
    slot.running = true
    // What is asked for in one turn of the event loop goes together.
    await Promise.resolve()
    while (slot.queue.length > 0) {
      const batch = slot.queue.splice(0, MOST_AT_ONCE)
      try {
        for (const tell of await changeAll(slot, batch)) tell()
      } catch (error) {
        slot.state = undefined
        for (const { failed } of batch) failed(error)
      }
    }
    slot.running = false
    if (slot.state !== undefined && slot.state.name !== slot.name) slots.delete(slot.name)
  }

  const changeAll = async (slot: Slot, batch: readonly Queued[]): Promise<readonly (() => void)[]> => {
    let asked = 0
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const seen = slot.state
      let base = seen ?? (await load(slot.name))
      const now = await clock.now()
      if (round >= ROUNDS_BESIDE_CLAIMS && base.way <= now && batch.some(({ isClaim }) => !isClaim)) {
        base = await askForWay(database, slot.name, now)
        asked = base.way
      }
      const { draft, answers } = await draftOf(base, batch)
      if (draft.way === asked) draft.way = 0
      if (!hasChanged(base, draft)) {
        if (seen === undefined || (await isCurrent(base))) {
          slot.state = base
          return answers
        }
        slot.state = undefined
        continue
      }
      const landed = await closeLeases(database, base, draft)
      if (landed.length > 0) {
        slot.state = await adopt(base, landed)
        continue
      }
      slot.state = await store(base, draft)
      if (slot.state !== undefined) {
        if (base.way !== draft.way) onWayBack()
        return answers
      }
      await pause(Math.random() * Math.min(round, MOST_PAUSE_MS))
    }
    throw new BackendError(
      "unavailable",
      `${database.where}: others changed group ${slot.name} ${MOST_ROUNDS} times in a row; nothing was changed: try again`,
    )
  }

  const isCurrent = async ({ id, rev, name }: GroupState): Promise<boolean> => {
    const found = await database.read(() => database.groups.findOne({ name }, { projection: { rev: 1 } }))
    return found !== null && found._id === id && found.rev === rev
  }

  /** Writes settles that are in the log into the group before anything else is. */
  const adopt = async (base: GroupState, records: readonly Landed[]): Promise<GroupState | undefined> => {
    const draft = fork(base)
    adoptSettles(draft, records, await clock.now())
    if (!hasChanged(base, draft)) return undefined
    return store(base, draft)
  }

  /** The group as written; `undefined` when another process had written before. */
  const store = async (base: GroupState, draft: GroupState): Promise<GroupState | undefined> => {
    const by = randomUUID()
    const set: MatchKeysAndValues<GroupDocument> = { ...changedHead(base, draft), rev: base.rev + 1, by }
    const partitions = Object.fromEntries(
      [...draft.edited].map((partition) => [
        `partitions.${partition}`,
        partitionDocument(partitionAt(draft, partition)),
      ]),
    )
    const { matchedCount } = await database.write(() =>
      database.groups.updateOne({ _id: base.id, rev: base.rev }, { $set: { ...set, ...partitions } }),
    )
    if (matchedCount === 0) {
      const there = await database.read(() => database.groups.findOne({ _id: base.id }, { projection: { by: 1 } }))
      if (there?.by !== by) return undefined
    }
    return { ...draft, rev: base.rev + 1, edited: new Set(), spent: new Set() }
  }

  /** Of some groups those that are as remembered: documents of groups are large, and most have not changed. */
  const unchangedOf = async (names: readonly string[]): Promise<ReadonlyMap<string, GroupState>> => {
    const cached = names.map((name) => slots.get(name)?.state)
    if (names.length <= FEW || cached.includes(undefined)) return new Map()
    const found = await database.read(() =>
      database.groups.find({ name: { $in: [...names] } }, { projection: { name: 1, rev: 1 } }).toArray(),
    )
    const now = new Map(found.map(({ name, _id, rev }) => [name, `${_id}/${rev}`]))
    // What was compared, not what is remembered by then: a change of this process may be under way.
    return new Map(
      cached.flatMap((state) =>
        state !== undefined && now.get(state.name) === `${state.id}/${state.rev}` ? [[state.name, state] as const] : [],
      ),
    )
  }

  const ask = <T>(name: string, change: (draft: GroupState) => T | Promise<T>, isClaim: boolean): Promise<T> => {
    const slot = slotOf(name)
    return new Promise((resolve, reject) => {
      slot.queue.push({
        isClaim,
        async change(draft) {
          const answer = await change(draft)
          return () => resolve(answer)
        },
        failed: reject,
      })
      if (!slot.running) void run(slot)
    })
  }

  return {
    async known(name) {
      return slots.get(name)?.state ?? see(await load(name))
    },
    seenAt: (name) => slots.get(name)?.seenAt ?? Number.NEGATIVE_INFINITY,
    async fresh(names) {
      const unchanged = names === undefined ? new Map<string, GroupState>() : await unchangedOf(names)
      const stale = names?.filter((name) => !unchanged.has(name))
      const found = await database.read(() =>
        stale?.length === 0
          ? Promise.resolve([])
          : database.groups.find(stale === undefined ? {} : { name: { $in: [...stale] } }).toArray(),
      )
      const states = found.map((document) => see(groupOf(document)))
      if (names === undefined) return states
      return names.map((name) => {
        const state = states.find((one) => one.name === name) ?? unchanged.get(name)
        if (state !== undefined) return see(state)
        slots.delete(name)
        throw noSuchGroup(name)
      })
    },
    change: (name, change) => ask(name, change, false),
    claim: (name, take) => ask(name, take, true),
    drop: (name) => void slots.delete(name),
    forget: () => slots.clear(),
  }
}

/** Runs changes one after another on a draft. One that throws leaves nothing in it. */
async function draftOf(
  base: GroupState,
  batch: readonly Queued[],
): Promise<{ readonly draft: GroupState; readonly answers: readonly (() => void)[] }> {
  let draft = fork(base)
  const answers: (() => void)[] = []
  for (const { change, failed } of batch) {
    const own = fork(draft)
    try {
      answers.push(await change(own))
      for (const partition of draft.edited) own.edited.add(partition)
      draft = own
    } catch (error) {
      answers.push(() => failed(error))
    }
  }
  return { draft, answers }
}

function hasChanged(base: GroupState, draft: GroupState): boolean {
  return draft.edited.size > 0 || Object.keys(changedHead(base, draft)).length > 0
}

function changedHead(base: GroupState, draft: GroupState): Partial<GroupDocument> {
  const before: Readonly<Record<string, unknown>> = { ...headOf(base) }
  const after = headOf(draft)
  const changed = Object.entries(after).filter(([field, value]) => {
    if (field === "skips") return base.skips !== draft.skips
    return JSON.stringify(before[field]) !== JSON.stringify(value)
  })
  return Object.fromEntries(changed)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
