import { type Backend, BackendError, type Settled, type Settlement } from "@millrace/core/backend"

import { claiming, settled, settling, settlingAgain, settlingParts, withFreshIds } from "./altered.ts"
import type { Fault } from "./fault.ts"

type Done = Extract<Settled, { kind: "settled" }>

/** An answer as if every part had been stored. */
const asIfStored = (settlement: Settlement): Done => ({
  kind: "settled",
  parts: settlement.parts.map(() => ({ kind: "stored", position: 0, streams: [] })),
  lanes: [],
})

/** A backend that settles what is refused all the same, changed into something that is not. */
const settlingRefused = (backend: Backend, change: (settlement: Settlement) => Settlement): Backend => ({
  ...backend,
  settle: (settlement) =>
    backend.settle(settlement).catch((error: unknown) => {
      if (error instanceof BackendError && error.code === "invalid") return backend.settle(change(settlement))
      throw error
    }),
})

/** Defects of settle. */
export const settleFaults: readonly Fault[] = [
  {
    name: "a settle does not open again the lanes that its slice skipped",
    caughtBy: "a slice in flight that skipped a lane's messages opens the lane again",
    alter: (backend) => settling(backend, ({ skipped: _skipped, ...settlement }) => settlement),
  },
  {
    name: "an empty settle ignores the token",
    caughtBy: "settle by a worker whose lease was taken over is fenced",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const answer = await backend.settle(settlement)
        return answer.kind === "fenced" && settlement.parts.length === 0 ? asIfStored(settlement) : answer
      },
    }),
  },
  {
    name: "the effects of a fenced settle are stored all the same",
    caughtBy: "settle of a slice is fenced by stopping the group",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const answer = await backend.settle(settlement)
        if (answer.kind === "fenced")
          for (const { effects } of settlement.parts)
            if (effects !== undefined) await backend.append([withFreshIds(effects)])
        return answer
      },
    }),
  },
  {
    name: "a lane's token is not judged",
    caughtBy: "settle of a lane is fenced by resetting the group",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const answer = await backend.settle(settlement)
        return answer.kind === "fenced" && settlement.lease.of === "lanes" ? asIfStored(settlement) : answer
      },
    }),
  },
  {
    name: "the checkpoint moves before the effects are stored",
    caughtBy: "settle names the part that met a version conflict",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const parts = settlement.parts.map(({ effects: _effects, ...part }) => part)
        const answer = await backend.settle({ ...settlement, parts })
        if (answer.kind === "settled")
          await backend.append(settlement.parts.flatMap(({ effects }) => (effects === undefined ? [] : [effects])))
        return answer
      },
    }),
  },
  {
    name: "a repeated settle stores its effects again",
    caughtBy: "settle again with the same settlement answers the same",
    alter: (backend) =>
      settlingAgain(backend, async (settlement) => {
        for (const { effects } of settlement.parts)
          if (effects !== undefined) await backend.append([withFreshIds(effects)])
        return backend.settle(settlement)
      }),
  },
  {
    name: "a repeated settle of lanes is fenced",
    caughtBy: "settle of lanes again answers the same",
    alter: (backend) =>
      settlingAgain(backend, async (settlement) =>
        settlement.lease.of === "lanes" ? { kind: "fenced" } : backend.settle(settlement),
      ),
  },
  {
    name: "only the last settle of a partition is remembered",
    caughtBy: "settle again after the partition went on to somebody else",
    alter: (backend) =>
      settlingAgain(backend, async (settlement, last) => (last ? backend.settle(settlement) : { kind: "fenced" })),
  },
  {
    name: "a repeated settle answers no tokens",
    caughtBy: "settle again answers the tokens of the lanes it handed over",
    alter: (backend) =>
      settlingAgain(backend, async (settlement) => {
        const answer = await backend.settle(settlement)
        return answer.kind === "fenced" ? answer : { ...answer, lanes: [] }
      }),
  },
  {
    name: "one part that conflicts sinks the whole settle",
    caughtBy: "settle keeps one bad part from sinking a slice of many",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const bad = settlement.parts.find(({ effects }) => effects?.streams.some(({ expected }) => expected === 3))
        if (bad === undefined) return backend.settle(settlement)
        const conflict = { kind: "conflict", streamId: bad.key, expected: 3, actualVersion: 0 } as const
        return { kind: "settled", parts: settlement.parts.map(() => conflict), lanes: [] }
      },
    }),
  },
  {
    name: "a part that was not stored is answered and forgotten: no lane is opened",
    caughtBy: "settle names the part that met a version conflict",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const answer = await backend.settle(settlement)
        if (answer.kind === "fenced") return answer
        for (const { key } of answer.lanes) await backend.operator.discardLane(settlement.lease.group, key)
        return { ...answer, lanes: [] }
      },
    }),
  },
  {
    name: "the effects of work that threw are stored",
    caughtBy: "settle undoes the part whose work throws",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const answer = await backend.settle(settlement)
        if (answer.kind === "fenced") return answer
        const undone = settlement.parts.filter((_, at) => answer.parts[at]?.kind === "work-failed")
        for (const { effects } of undone) if (effects !== undefined) await backend.append([effects])
        return answer
      },
    }),
  },
  {
    name: "a storage that promises transactions runs no work in them",
    caughtBy: "settle runs work inside its transaction",
    alter: (backend) => settlingParts(backend, ({ work: _work, ...part }) => part),
  },
  {
    name: "ids that belong to other messages are taken for the part's own",
    caughtBy: "settle refuses ids that belong to other messages",
    alter: (backend) =>
      settled(backend, (answer) => ({
        ...answer,
        parts: answer.parts.map((part) =>
          part.kind === "refused" && part.code === "id-taken" ? { kind: "stored", position: 0, streams: [] } : part,
        ),
      })),
  },
  {
    name: "a deferral is forgotten when the checkpoint passes it",
    caughtBy: "a deferred stream waits as a lane",
    alter: (backend) => settlingParts(backend, ({ deferral: _deferral, ...part }) => part),
  },
  {
    name: "a retry is due at once, whatever it says",
    caughtBy: "a lane is claimed when its retry is due",
    alter: (backend) =>
      settlingParts(backend, (part) =>
        part.deferral?.as === "retry" ? { ...part, deferral: { ...part.deferral, retryAt: 0 } } : part,
      ),
  },
  {
    name: "a parked message is tried again",
    caughtBy: "a parked lane waits for an operator",
    alter: (backend) =>
      settlingParts(backend, (part) =>
        part.deferral?.as === "park" ? { ...part, deferral: { ...part.deferral, as: "retry", retryAt: 0 } } : part,
      ),
  },
  {
    name: "a hand-over frees the lane for anybody",
    caughtBy: "a hand-over leases the stream on to the same owner",
    alter: (backend) =>
      settlingParts(backend, (part) =>
        part.deferral?.as === "hand-over" ? { ...part, deferral: { ...part.deferral, as: "retry", retryAt: 0 } } : part,
      ),
  },
  {
    name: "a lane that is done in part is closed",
    caughtBy: "a lane that is done in part goes on behind it",
    alter: (backend) =>
      settlingParts(backend, (part) =>
        part.doneTo === undefined || part.doneTo < part.from ? part : { ...part, doneTo: 1_000_000 },
      ),
  },
  {
    name: "a part's deferral is kept a message too far",
    caughtBy: "a deferred stream waits as a lane",
    alter: (backend) =>
      settlingParts(backend, (part) =>
        part.deferral === undefined
          ? part
          : { ...part, deferral: { ...part.deferral, position: part.deferral.position + 1 } },
      ),
  },
  {
    name: "the most lanes of a group are not counted",
    caughtBy: "settle that opens more lanes than the group may have",
    alter: (backend) => ({ ...backend, ensureGroup: (spec) => backend.ensureGroup({ ...spec, maxLanes: 1_000_000 }) }),
  },
  {
    name: "a settle that stops its group leaves it active",
    caughtBy: "settle that stops its group stores its parts",
    alter: (backend) => settling(backend, ({ stop: _stop, ...settlement }) => settlement),
  },
  {
    name: "a stream of another partition is left out of the settle in silence",
    caughtBy: "settle refuses to open a lane for a stream of another partition",
    alter: (backend) => settlingRefused(backend, ({ skipped: _skipped, ...rest }) => ({ ...rest, parts: [] })),
  },
  {
    name: "a stream is set aside where its part begins, wherever it was to be set aside",
    caughtBy: "settle refuses to set a stream aside at a position outside of what it settles",
    alter: (backend) =>
      settlingRefused(backend, (settlement) => ({
        ...settlement,
        parts: settlement.parts.map((part) => ({
          ...part,
          ...(part.deferral === undefined ? {} : { deferral: { ...part.deferral, position: part.from } }),
        })),
      })),
  },
  {
    name: "what was dropped is not counted",
    caughtBy: "settle counts what was dropped",
    alter: (backend) => settlingParts(backend, ({ dropped: _dropped, ...part }) => part),
  },
  {
    name: "what was dropped by a part that was not stored is counted",
    caughtBy: "settle counts what a part dropped when the part is stored",
    alter: (backend) =>
      settling(backend, (settlement) => {
        const dropped = settlement.parts.reduce((sum, part) => sum + (part.dropped ?? 0), 0)
        const parts = settlement.parts.map(({ dropped: _dropped, ...part }, at) =>
          at === 0 ? { ...part, dropped } : part,
        )
        return { ...settlement, parts }
      }),
  },
  {
    name: "a hold is not kept: the next message of a group in log order is tried at once",
    caughtBy: "a group in log order whose message failed is held",
    alter: (backend) => settling(backend, ({ hold: _hold, ...settlement }) => settlement),
  },
  {
    name: "a settle passes all it scanned, whatever its checkpoint says",
    caughtBy: "settle moves the checkpoint to what it says",
    alter: (backend) => {
      const scanned = new Map<string, number>()
      const altered = claiming(backend, (slice) => {
        if (slice.source === "partition") scanned.set(JSON.stringify(slice.lease), slice.scannedTo)
        return slice
      })
      return {
        ...altered,
        settle: (settlement) => {
          const checkpoint = scanned.get(JSON.stringify(settlement.lease)) ?? settlement.checkpoint
          return backend.settle(checkpoint === undefined ? settlement : { ...settlement, checkpoint })
        },
      }
    },
  },
]
