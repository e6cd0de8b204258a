import type { Backend, Beat, ClaimRequest, Idle, Lease, Owner, Slice } from "@millrace/core/backend"

import { claiming, operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

type Supersede = Extract<Beat, { readonly kind: "supersede" }>

/** Defects of what a dead process held and is reserved for its name. */
export const reservedFaults: readonly Fault[] = [
  {
    name: "what a superseded boot held falls free for everybody",
    caughtBy: "claim hands what a superseded boot held to its name and to nobody else",
    alter: (backend) => superseding(backend, (beat) => freeAndJoin(backend, beat)),
  },
  {
    name: "a reserved lease begins anew",
    caughtBy: "claim hands what is reserved for a name to others",
    alter: (backend) => {
      const leases: (readonly [string, Lease])[] = []
      const altered = superseding(backend, async (beat) => {
        for (const [bootId, lease] of leases) if (bootId === beat.bootId) await backend.extend(lease, 1_200_000)
        return backend.heartbeat(beat)
      })
      return {
        ...altered,
        async claim(request) {
          const slice = await backend.claim(request)
          if (slice.kind === "slice") leases.push([request.owner.bootId, slice.lease])
          return slice
        },
      }
    },
  },
  {
    name: "a partition whose owner died waits for a process of its name for ever",
    caughtBy: "claim hands what is reserved for a name to others",
    alter: (backend) => waitingForTheirName(backend, (slice) => slice.source === "partition"),
  },
  {
    name: "a lane whose owner died waits for a process of its name for ever",
    caughtBy: "claim hands a reserved lane to others",
    alter: (backend) => waitingForTheirName(backend, (slice) => slice.source === "lanes"),
  },
  {
    name: "a restarted process is handed what is reserved for its name when nothing else waits",
    caughtBy: "claim hands what is reserved for a name to it before anything",
    alter: (backend) => askingAsAnother(backend, () => true),
  },
  {
    name: "a restarted process is handed its lanes when no partition has work",
    caughtBy: "claim hands a reserved lane to its name before free work",
    alter: (backend) => askingAsAnother(backend, ({ source }) => source === "partition"),
  },
  {
    name: "a superseded boot is fenced when its successor first claims",
    caughtBy: "settle and extend of a superseded boot are refused at once",
    alter: (backend) => {
      const waiting = new Map<string, Supersede>()
      return {
        ...superseding(backend, (beat) => {
          waiting.set(beat.owner.bootId, beat)
          return Promise.resolve({ kind: "ok" })
        }),
        async claim(request) {
          const beat = waiting.get(request.owner.bootId)
          waiting.delete(request.owner.bootId)
          if (beat !== undefined) await backend.heartbeat(beat)
          return backend.claim(request)
        },
      }
    },
  },
  {
    name: "a name that is no longer live passes on without what it held",
    caughtBy: "heartbeat reserves what a boot held whose name is taken",
    alter: (backend) => {
      const holders = new Map<string, Owner>()
      return {
        ...backend,
        async heartbeat(beat) {
          const { processName, bootId } = beat.owner
          const pulse = await backend.heartbeat(beat)
          const before = holders.get(processName)
          if (pulse.kind === "ok" && beat.kind !== "leave") holders.set(processName, beat.owner)
          if (beat.kind !== "join" || pulse.kind !== "ok" || before === undefined || before.bootId === bootId)
            return pulse
          await backend.heartbeat({ ...beat, kind: "leave" })
          return backend.heartbeat(beat)
        },
      }
    },
  },
  {
    name: "what is reserved for a name falls free when its next boot dies too",
    caughtBy: "claim hands what is reserved for a name to its next boot",
    alter: (backend) => {
      const restarted = new Set<string>()
      return superseding(backend, (beat) => {
        restarted.add(beat.owner.bootId)
        return restarted.has(beat.bootId) ? freeAndJoin(backend, beat) : backend.heartbeat(beat)
      })
    },
  },
  {
    name: "a process that has taken its name over leaves what is reserved behind",
    caughtBy: "heartbeat frees what is reserved for the name of a process that leaves",
    alter: (backend) => {
      const restarted = new Set<string>()
      const altered = superseding(backend, (beat) => {
        restarted.add(beat.owner.bootId)
        return backend.heartbeat(beat)
      })
      return {
        ...altered,
        heartbeat: (beat) =>
          beat.kind === "leave" && restarted.has(beat.owner.bootId)
            ? Promise.resolve({ kind: "ok" })
            : altered.heartbeat(beat),
      }
    },
  },
  {
    name: "what is reserved for a name counts as leased by its process",
    caughtBy: "processes and lanes show what is reserved",
    alter: (backend) => {
      const most = new Map<string, number>()
      return operating(backend, (operator) => ({
        async processes() {
          const infos = await operator.processes()
          return infos.map((info) => {
            const leases = Math.max(info.leases, most.get(info.processName) ?? 0)
            most.set(info.processName, leases)
            return { ...info, leases }
          })
        },
      }))
    },
  },
  {
    name: "a reserved lane is shown as leased",
    caughtBy: "processes and lanes show what is reserved",
    alter: (backend) => {
      const last = new Map<string, string>()
      return operating(backend, (operator) => ({
        async lanes(query) {
          const infos = await operator.lanes(query)
          return infos.map((info) => {
            const place = `${info.group} ${info.key}`
            const leasedBy = info.leasedBy ?? last.get(place)
            if (leasedBy === undefined) return info
            last.set(place, leasedBy)
            return { ...info, leasedBy }
          })
        },
      }))
    },
  },
]

/** A backend that hears of a name that is taken over in its own way. */
function superseding(backend: Backend, hear: (beat: Supersede) => ReturnType<Backend["heartbeat"]>): Backend {
  return { ...backend, heartbeat: (beat) => (beat.kind === "supersede" ? hear(beat) : backend.heartbeat(beat)) }
}

/** A backend that looks for work as anybody's first when a restarted process asks, and for its own where that is not enough. */
function askingAsAnother(backend: Backend, isEnough: (slice: Slice) => boolean): Backend {
  const restarted = new Set<string>()
  const altered = superseding(backend, (beat) => {
    restarted.add(beat.owner.bootId)
    return backend.heartbeat(beat)
  })
  return {
    ...altered,
    async claim(request) {
      const { owner } = request
      if (!restarted.has(owner.bootId)) return backend.claim(request)
      const named = { ...owner, processName: `${owner.processName}, restarted` }
      const slice = await backend.claim({ ...request, owner: named })
      return slice.kind === "slice" && isEnough(slice) ? slice : backend.claim(request)
    },
  }
}

/** Takes a name as if its holder had left in order. */
async function freeAndJoin(backend: Backend, beat: Supersede): ReturnType<Backend["heartbeat"]> {
  const { bootId, beats: _beats, ...rest } = beat
  await backend.heartbeat({ ...rest, kind: "leave", owner: { ...beat.owner, bootId } })
  return backend.heartbeat({ ...rest, kind: "join" })
}

/** A backend in which nobody but a process of their owner's name gets such slices once their lease has ended. */
function waitingForTheirName(backend: Backend, isMeant: (slice: Slice) => boolean): Backend {
  const names = new Map<string, string>()
  const altered = (request: ClaimRequest): Backend =>
    claiming(backend, async (slice): Promise<Slice | Idle> => {
      const place = `${slice.group} ${slice.lease.partition}`
      const name = names.get(place) ?? request.owner.processName
      if (slice.takeovers === 0 || !isMeant(slice) || name === request.owner.processName) {
        names.set(place, request.owner.processName)
        return slice
      }
      const rest = slice.source === "partition" ? { checkpoint: slice.from, skipped: slice.skipped } : {}
      await backend.settle({ lease: slice.lease, ...rest, parts: [] })
      const { now } = await backend.promote(1)
      return { kind: "idle", now, nextAt: null, outdated: [] }
    })
  return { ...backend, claim: (request) => altered(request).claim(request) }
}
