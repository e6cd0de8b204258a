import { type Append, type Backend, BackendError, type Settlement, type Slice } from "@millrace/core/backend"

import type { OpenLog } from "../../src/conformance/index.ts"
import { type CastGroup, GROUPS, hashOf, idOf, messageOf, ownerOf, pickOf, STREAMS, TYPES, typesOf } from "./cast.ts"
import type { Ledger } from "./ledger.ts"
import type { AppendStep, Step } from "./step.ts"
import { sorted, viewOfSettled, viewOfSlice } from "./views.ts"
import { ALL_DONE, settlementOf } from "./worker.ts"

/** Plays the steps of a history on one backend, and answers what each showed. */
export interface Player {
  play(step: Step, number: number): Promise<unknown>
  /** Lets every lease end, every retry fall due and every dead letter be tried again, and works all of it off. */
  finish(): Promise<void>
}

const LEASE_MS = 10_000

/** The bits of every type. */
const ALL_TYPES = 2 ** TYPES.length - 1

/** Longer than any lease or retry of a history lasts. */
const LONG_MS = 10_000_000

/** The most slices that a group needs to be worked off. */
const MOST_SLICES = 2_000

interface Held {
  readonly slice: Slice
  readonly cast: CastGroup
}

interface Tried extends Held {
  readonly settlement: Settlement
  /** Whether it took effect; a settle in log order of which a part was not stored may still be settled. */
  readonly applied: boolean
}

/** A player with a log of its own. What it remembers beside the log (slices held, last calls) follows from the steps alone. */
export async function playerOn(log: OpenLog, ledger: Ledger): Promise<Player> {
  const { backend } = log
  let now = (await backend.promote(1)).now
  let held: readonly Held[] = []
  let lastAppends: readonly Append[] = []
  let settlements: readonly Tried[] = []

  const settle = async (one: Held, settlement: Settlement): Promise<unknown> => {
    const answer = await backend.settle(settlement)
    ledger.settled(one.slice, one.cast, settlement, answer)
    const applied = answer.kind === "settled" && answer.parts.every(({ kind }) => kind === "stored")
    settlements = [...settlements.slice(-20), { ...one, settlement, applied: applied || one.cast.order !== "log" }]
    return viewOfSettled(answer)
  }

  const settleAgain = async (one: Tried): Promise<unknown> => {
    if (!one.applied) return settle(one, one.settlement)
    return viewOfSettled(await backend.settle(one.settlement))
  }

  const work = async (step: Extract<Step, { do: "work" }>): Promise<unknown> => {
    const cast = castOf(step.group)
    const request = {
      owner: ownerOf(step.owner),
      groups: [{ group: cast.group, types: typesOf(step.types), limit: step.limit }],
      leaseMs: LEASE_MS,
    }
    const slices: Slice[] = []
    for (;;) {
      const slice = await backend.claim(request)
      if (slice.kind === "slice") {
        slices.push(slice)
        if (slices.length > MOST_SLICES) throw new Error(`${cast.group} hands out slices for ever`)
        continue
      }
      const { nextAt, outdated } = slice
      const views = sorted(slices.flatMap(viewOfSlice))
      const settled: unknown[] = []
      for (const one of slices.toSorted((first, second) => (orderOf(first) < orderOf(second) ? -1 : 1))) {
        const fate = hashOf(step.seed, orderOf(one)) % 100
        if (fate < 15) held = [...held.slice(-12), { slice: one, cast }]
        else
          settled.push([
            orderOf(one),
            await settle({ slice: one, cast }, settlementOf(one, cast, { seed: step.seed, now })),
          ])
      }
      // What a process can be given that lacks types is told in different words; what it is given is not.
      const idle = step.types === ALL_TYPES ? { nextAt, outdated: sorted(outdated) } : {}
      return { views, settled, now: slice.now, ...idle }
    }
  }

  const late = async (step: Extract<Step, { do: "late" }>): Promise<unknown> => {
    const one = pickOf(held, step.pick)
    if (one === undefined) return "nothing is held"
    if (step.how === "extend") return backend.extend(one.slice.lease, LEASE_MS)
    held = held.filter((other) => other !== one)
    if (step.how === "settle") return settle(one, settlementOf(one.slice, one.cast, { seed: step.seed, now }))
    return settle(
      one,
      one.slice.source === "partition"
        ? { lease: one.slice.lease, checkpoint: one.slice.from, skipped: one.slice.skipped, parts: [] }
        : { lease: one.slice.lease, parts: [] },
    )
  }

  const perform = async (step: Step, number: number): Promise<unknown> => {
    const { operator } = backend
    switch (step.do) {
      case "append":
        lastAppends = await Promise.all(step.appends.map((append, at) => appendOf(backend, append, number, at)))
        return backend.append(lastAppends)
      case "repeat-append":
        return backend.append(lastAppends)
      case "schedule": {
        const streamId = streamOf(step.stream)
        const schedules = Array.from({ length: step.count }, (_, at) => ({
          message: messageOf("command", streamId, "scheduled", number, at),
          at: now + step.inMs + (at % 2),
        }))
        return backend.append([{ streams: [], schedules }])
      }
      case "cancel":
      case "reschedule": {
        const waiting = await operator.schedules({ limit: 50 })
        const ids = [pickOf(waiting, step.pick)?.message.id ?? idOf("nobody"), idOf("nobody")]
        return step.do === "cancel" ? operator.cancelSchedules(ids) : operator.reschedule(ids, now + step.inMs)
      }
      case "promote": {
        const promotion = await backend.promote(step.limit)
        return { ...promotion, types: promotion.types.toSorted() }
      }
      case "advance":
        now += step.ms
        return log.advance(step.ms)
      case "want":
        return ensured(backend, castOf(step.group), step.types)
      case "work":
        return work(step)
      case "late":
        return late(step)
      case "repeat-settle": {
        const one = pickOf(settlements, step.pick)
        return one === undefined ? "nothing was settled" : settleAgain(one)
      }
      case "reset": {
        const { head } = await backend.read({ from: "log", limit: 1 })
        const to =
          step.to === "position" ? ({ at: "position", position: step.pick % (head + 1) } as const) : { at: step.to }
        const types = typesOf(step.types)
        const { group } = castOf(step.group)
        await operator.resetGroup(group, to, { reemit: step.reemit, ...(types.length > 0 ? { types } : {}) })
        return ledger.reset(group, to.at === "position" ? to.position : to.at === "now" ? head : 0)
      }
      case "skip": {
        const waiting = await backend.read({ from: "log", limit: 40, direction: "backward" })
        return operator.skip(castOf(step.group).group, pickOf(waiting.messages, step.pick)?.position ?? 1)
      }
      case "stop":
        return operator.stopGroup(castOf(step.group).group, { reason: `step ${number}` })
      case "start":
        return operator.startGroup(castOf(step.group).group)
      case "retry-lanes": {
        const { group } = castOf(step.group)
        const lane = step.pick === null ? undefined : pickOf(await operator.lanes({ group }), step.pick)
        return operator.retryLanes(group, lane === undefined ? undefined : [lane.key])
      }
      case "discard-lane": {
        const { group } = castOf(step.group)
        return operator.discardLane(group, pickOf(await operator.lanes({ group }), step.pick)?.key ?? "nobody")
      }
      case "trim": {
        const { head, trimmedTo } = await backend.read({ from: "log", limit: 1 })
        const result = await operator.trim(Math.min(trimmedTo + (step.pick % 12), head), { force: step.force })
        return { ...result, heldBackBy: result.heldBackBy.toSorted() }
      }
      case "beat": {
        const wants = GROUPS.map(({ group }) => ({ group, types: typesOf(step.types) }))
        return backend.heartbeat({
          kind: step.kind,
          owner: ownerOf(step.owner, step.boot),
          facts: { host: "h", pid: 1 },
          wants,
        })
      }
    }
  }

  const workOff = async (cast: CastGroup): Promise<void> => {
    const request = { owner: ownerOf(0), groups: [{ group: cast.group, types: TYPES, limit: 100 }], leaseMs: LEASE_MS }
    for (let slices = 0; slices < MOST_SLICES; slices += 1) {
      await backend.operator.startGroup(cast.group)
      const slice = await backend.claim(request)
      if (slice.kind === "idle") return
      await settle({ slice, cast }, settlementOf(slice, cast, { seed: ALL_DONE, now }))
    }
    throw new Error(`${cast.group} is never done`)
  }

  return {
    async finish() {
      await log.advance(LONG_MS)
      for (const cast of GROUPS) {
        await ensured(backend, cast, ALL_TYPES)
        await backend.operator.retryLanes(cast.group)
        await workOff(cast)
      }
    },
    play: (step, number) =>
      perform(step, number).catch((error: unknown) => {
        if (error instanceof BackendError) return { thrown: error.code }
        throw error
      }),
  }
}

/** Ensures one group of the cast. */
export async function ensured(backend: Backend, cast: CastGroup, types: number): Promise<unknown> {
  const spec = { ...cast, start: { at: "beginning" }, types: typesOf(types), owner: ownerOf(0), maxLanes: 6 } as const
  const answer = await backend.ensureGroup(spec)
  return answer.kind === "ensured"
    ? { ...answer, added: sorted(answer.added), missing: answer.missing.toSorted() }
    : answer
}

const castOf = (index: number): CastGroup => GROUPS[index % GROUPS.length] ?? { group: "by-stream", order: "stream" }
const streamOf = (index: number): string => pickOf(STREAMS, index) ?? "cart-1"

/** Names a slice by what it holds, so that both backends' slices come in one order. */
const orderOf = (slice: Slice): string =>
  slice.source === "partition"
    ? `${slice.group} partition ${slice.lease.partition}`
    : `${slice.group} lanes ${slice.lanes.map(({ key, next }) => `${key}@${next}`).join()}`

async function appendOf(backend: Backend, step: AppendStep, number: number, at: number): Promise<Append> {
  const named = new Map(step.streams.map((one) => [streamOf(one.stream), one]))
  const streams = await Promise.all(
    [...named].map(async ([streamId, { events, commands, expecting }]) => {
      const page = await backend.read({ from: "streams", streams: [{ streamId }], limit: 1, direction: "backward" })
      const version = page.messages[0]?.version ?? 0
      const expected = expecting === "right" ? version : expecting === "wrong" ? version + 1 : expecting
      const messages = [
        ...Array.from({ length: commands }, (_, n) => messageOf("command", streamId, "c", number, at, n)),
        ...Array.from({ length: events }, (_, n) => messageOf("event", streamId, "e", number, at, n, streamId)),
      ]
      return { streamId, expected, messages }
    }),
  )
  return {
    streams: streams.filter(({ messages }) => messages.length > 0),
    ...(step.key === null ? {} : { idempotencyKey: `key-${step.key}`, fingerprint: `print-${step.print}` }),
    ...(step.put === null
      ? {}
      : {
          documents: [
            {
              collection: "put",
              id: `d${step.put.id}`,
              expectedRevision: step.put.revision,
              value: step.put.gone ? undefined : number,
            },
          ],
        }),
  }
}
