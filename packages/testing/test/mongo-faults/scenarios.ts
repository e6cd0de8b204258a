import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend } from "@millrace/core"
import type { Lease, Message, Settlement, Slice } from "@millrace/core/backend"

import { kinds, store, to } from "../../src/conformance/build/appending.ts"
import { claim, claimPartition, positionsIn } from "../../src/conformance/build/claims.ts"
import { ensure, infoOf, owner } from "../../src/conformance/build/groups.ts"
import { command, event, events } from "../../src/conformance/build/messages.ts"
import { allDone, doneWith, parked, retried, settle, storing, workOff } from "../../src/conformance/build/settles.ts"
import type { Scenario, Stage } from "./scenario.ts"

const LEASE_MS = 30_000
const [struck, other, third] = [owner("struck"), owner("other"), owner("third")]

/** A stream as it is read: the ids of its messages in order. */
async function idsIn(backend: Backend, streamId: string): Promise<readonly string[]> {
  const { messages } = await backend.read({ from: "streams", streams: [{ streamId }], include: "all", limit: 1_000 })
  return messages.map(({ id }) => id)
}

/** A group that begins now, and three messages for it. */
async function groupWithWork({ name, healthy }: Stage): Promise<Work> {
  const group = `group-${name}`
  await ensure(healthy, { group, start: { at: "now" } })
  const messages = events(`in-${name}`, 3)
  const positions = await store(healthy, ...messages)
  return { group, positions, results: [] }
}

/** The same, with a result that each message is to have. */
async function groupWithResults(stage: Stage): Promise<Work> {
  return { ...(await groupWithWork(stage)), results: events(`out-${stage.name}`, 3, { type: "result" }) }
}

/** What a worker makes of such a slice: a result for each message, in one part. */
function settlementOf(slice: Slice, name: string, results: readonly Message[]): Settlement {
  return doneWith(slice, storing(slice, `in-${name}`, to(`out-${name}`, results)))
}

/** A group's work, with the result that belongs to each message, if any. */
interface Work {
  readonly group: string
  readonly positions: readonly number[]
  readonly results: readonly Message[]
}

/**
 * Whoever comes after the lease gets all of the work or none, and does what is left, storing the result of each message. Afterwards nothing waits.
 * A slice that was taken over may be smaller than the one before.
 */
async function finishWork({ name, healthy, clock }: Stage, work: Work): Promise<"was settled" | "was not"> {
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

export const append: Scenario = {
  what: "append",
  async prepare({ name, faulty, healthy }) {
    const [a, b] = [events(`a-${name}`, 2), events(`b-${name}`, 1)]
    const appends = [
      to(`a-${name}`, a, "no-stream", { idempotencyKey: `key-${name}`, fingerprint: "f" }),
      to(`b-${name}`, b),
    ]
    return {
      call: () => faulty.append(appends),
      async after({ died, answer, failed }) {
        const again = kinds(await (died ? healthy : faulty).append(appends))
        if (failed === "unavailable")
          deepEqual(again, ["appended", "appended"], `${name}: it said that nothing was written`)
        ok(
          again.every((kind) => kind === "appended") || again.every((kind) => kind === "duplicate"),
          `${name}: ${again.join(" ")}`,
        )
        if (answer !== undefined) deepEqual(again, ["duplicate", "duplicate"], name)
        for (const [stream, messages] of [
          ["a", a],
          ["b", b],
        ] as const) {
          deepEqual(
            await idsIn(healthy, `${stream}-${name}`),
            messages.map(({ id }) => id),
            name,
          )
        }
      },
    }
  },
}

const appendWithEverything: Scenario = {
  what: "append of events, commands, schedules and documents",
  async prepare({ name, faulty, healthy, clock }) {
    const streamId = `all-${name}`
    const messages = [event(streamId), command(streamId)]
    const later = event(`later-${name}`)
    const append = to(streamId, messages, "any", {
      schedules: [{ message: later, at: clock.now() + 1_000 }],
      documents: [{ collection: "notes", id: name, expectedRevision: 0, value: { name } }],
    })
    return {
      call: () => faulty.append([append]),
      async after({ died, answer }) {
        const [again = ""] = kinds(await (died ? healthy : faulty).append([append]))
        ok(
          answer === undefined ? ["appended", "duplicate"].includes(again) : again === "duplicate",
          `${name}: ${again}`,
        )
        deepEqual(
          await idsIn(healthy, streamId),
          messages.map(({ id }) => id),
          name,
        )
        const [document, ...more] = await healthy.documents({ collection: "notes", ids: [name] })
        deepEqual([document?.revision, document?.value, more.length], [1, { name }, 0], name)
        await clock.advance(2_000)
        await healthy.promote(1_000)
        deepEqual(await idsIn(healthy, `later-${name}`), [later.id], name)
      },
    }
  },
}

const settleWithout: Scenario = {
  what: "settle without messages",
  async prepare(stage) {
    const work = await groupWithWork(stage)
    const slice = await claimPartition(stage.faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    return {
      call: () => stage.faulty.settle(allDone(slice)),
      async after({ died, answer }) {
        if (!died)
          deepEqual(await settle(stage.faulty, allDone(slice)), answer ?? { kind: "settled", parts: [], lanes: [] })
        const was = await finishWork(stage, work)
        if (!died) equal(was, "was settled", stage.name)
      },
    }
  },
}

export const settleWith: Scenario = {
  what: "settle with messages",
  async prepare(stage) {
    const work = await groupWithResults(stage)
    const slice = await claimPartition(stage.faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    const settlement = settlementOf(slice, stage.name, work.results)
    return {
      call: () => stage.faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(stage.faulty, settlement)
          deepEqual(
            again.parts.map(({ kind }) => kind),
            ["stored"],
            stage.name,
          )
          if (answer !== undefined) deepEqual(again, answer, stage.name)
        }
        const was = await finishWork(stage, work)
        if (!died) equal(was, "was settled", stage.name)
        deepEqual(
          await idsIn(stage.healthy, `out-${stage.name}`),
          work.results.map(({ id }) => id),
          stage.name,
        )
      },
    }
  },
}

const settleWithLane: Scenario = {
  what: "settle that sets a stream aside and parks another",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const group = `group-${name}`
    await ensure(healthy, { group, start: { at: "now" } })
    const [good, late, bad] = [`good-${name}`, `late-${name}`, `bad-${name}`]
    await store(healthy, event(good), event(late), event(bad))
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const result = event(`out-${name}`, { type: "result" })
    const settlement = doneWith(
      slice,
      storing(slice, good, to(`out-${name}`, [result])),
      retried(slice, late, clock.now() + 5_000),
      parked(slice, bad),
    )
    return {
      call: () => faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(faulty, settlement)
          if (answer !== undefined) deepEqual(again, answer, name)
        }
        await clock.advance(100 * LEASE_MS)
        for (;;) {
          const next = await claim(healthy, { group, owner: third })
          if (next.kind === "idle") break
          const outcomes = [
            [good, () => storing(next, good, to(`out-${name}`, [result]))],
            [late, () => retried(next, late, 0)],
            [bad, () => parked(next, bad)],
          ] as const
          const streams = new Set(next.messages.map(({ message }) => message.streamId))
          ok(died || next.source === "lanes", `${name}: the settle that was repeated is not there`)
          const parts = outcomes.flatMap(([stream, part]) => (streams.has(stream) ? [part()] : []))
          await settle(healthy, next.source === "lanes" ? allDone(next) : doneWith(next, ...parts))
        }
        const lanes = await healthy.operator.lanes({ group })
        deepEqual(
          lanes.map(({ key, status }) => [key, status]),
          [[bad, "parked"]],
          name,
        )
        deepEqual(await idsIn(healthy, `out-${name}`), [result.id], name)
      },
    }
  },
}

const claimAfresh: Scenario = {
  what: "claim",
  async prepare(stage) {
    const work = await groupWithWork(stage)
    return {
      call: () => claim(stage.faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS }),
      async after() {
        equal(await finishWork(stage, work), "was not", stage.name)
      },
    }
  },
}

/** The holder of a lease that has run out settles while somebody takes it over: one of both counts, and the results are there once. */
const takeOver: Scenario = {
  what: "claim that takes over a lease",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const work = await groupWithResults(stage)
    const slice = await claimPartition(healthy, { group: work.group, owner: other, leaseMs: LEASE_MS })
    await clock.advance(2 * LEASE_MS)
    return {
      call: () => claim(faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS }),
      async after({ answer }) {
        const late = await healthy.settle(settlementOf(slice, name, work.results))
        if (isSlice(answer)) {
          equal(late.kind, "fenced", `${name}: the lease had passed on`)
          equal(await faulty.extend(answer.lease, LEASE_MS), true, name)
        }
        const was = await finishWork(stage, work)
        if (late.kind === "settled") equal(was, "was settled", name)
        deepEqual(
          await idsIn(healthy, `out-${name}`),
          work.results.map(({ id }) => id),
          name,
        )
      },
    }
  },
}

/** An old owner settles at the very moment: its lease was taken over, crash or not, before or after the take-over closed it. */
const settleAfterTakeOver: Scenario = {
  what: "settle of a lease that was taken over",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const work = await groupWithResults(stage)
    const slice = await claimPartition(faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    await clock.advance(2 * LEASE_MS)
    const taken = await claimPartition(healthy, { group: work.group, owner: other, leaseMs: LEASE_MS })
    return {
      call: () => faulty.settle(settlementOf(slice, name, work.results)),
      async after({ died, answer }) {
        if (answer !== undefined) deepEqual(answer, { kind: "fenced" }, name)
        if (!died) equal((await faulty.settle(settlementOf(slice, name, work.results))).kind, "fenced", name)
        const [first] = positionsIn(taken)
        equal(first, work.positions[0], name)
        const made = work.results.slice(0, positionsIn(taken).length)
        equal((await healthy.settle(settlementOf(taken, name, made))).kind, "settled", name)
        const left = { ...work, positions: work.positions.slice(made.length), results: work.results.slice(made.length) }
        await finishWork(stage, left)
        deepEqual(
          await idsIn(healthy, `out-${name}`),
          work.results.map(({ id }) => id),
          name,
        )
      },
    }
  },
}

const extend: Scenario = {
  what: "extend",
  async prepare(stage) {
    const { name, faulty, healthy } = stage
    const work = await groupWithWork(stage)
    const slice = await claimPartition(faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    return {
      call: () => faulty.extend(slice.lease, 2 * LEASE_MS),
      async after({ died }) {
        equal((await claim(healthy, { group: work.group, owner: other })).kind, "idle", name)
        if (!died) await settle(faulty, allDone(slice))
        await finishWork(stage, work)
      },
    }
  },
}

const promote: Scenario = {
  what: "promote",
  async prepare({ name, faulty, healthy, clock }) {
    const due = [event(`due-${name}`), event(`due-${name}`)]
    await healthy.append([
      { streams: [], schedules: due.map((message, index) => ({ message, at: clock.now() + 1_000 + index })) },
    ])
    await clock.advance(2_000)
    return {
      call: () => faulty.promote(1_000),
      async after({ died }) {
        await (died ? healthy : faulty).promote(1_000)
        await healthy.promote(1_000)
        deepEqual(
          await idsIn(healthy, `due-${name}`),
          due.map(({ id }) => id),
          name,
        )
        deepEqual((await healthy.operator.schedules({ limit: 1_000 })).length, 0, name)
      },
    }
  },
}

const reset: Scenario = {
  what: "reset of a group while a worker holds a lease",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const work = await groupWithWork(stage)
    await workOff(healthy, { group: work.group, owner: other })
    await store(healthy, event(`in-${name}`))
    const slice = await claimPartition(healthy, { group: work.group, owner: other, leaseMs: LEASE_MS })
    const back = { at: "position", position: (work.positions[0] ?? 1) - 1 } as const
    return {
      call: () => faulty.operator.resetGroup(work.group, back).then(() => "done"),
      async after({ died, answer }) {
        if (answer !== undefined) equal((await healthy.settle(allDone(slice))).kind, "fenced", name)
        await (died ? healthy : faulty).operator.resetGroup(work.group, back)
        equal((await healthy.settle(allDone(slice))).kind, "fenced", name)
        await clock.advance(100 * LEASE_MS)
        deepEqual(
          await workOff(healthy, { group: work.group, owner: third }),
          [...work.positions, ...positionsIn(slice)],
          name,
        )
      },
    }
  },
}

function isSlice(answer: unknown): answer is { readonly lease: Lease } {
  return typeof answer === "object" && answer !== null && "lease" in answer
}

export const scenarios: readonly Scenario[] = [
  append,
  appendWithEverything,
  settleWithout,
  settleWith,
  settleWithLane,
  claimAfresh,
  takeOver,
  settleAfterTakeOver,
  extend,
  promote,
  reset,
]
