import type { Operator } from "@millrace/core/backend"

import { operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Changes what operators see of groups. */
const showing =
  (
    change: (info: Awaited<ReturnType<Operator["groups"]>>[number]) => Awaited<ReturnType<Operator["groups"]>>[number],
  ) =>
  (operator: Operator): Partial<Operator> => ({ groups: async (names) => (await operator.groups(names)).map(change) })

/** Defects of what operators see and do. */
export const operatorFaults: readonly Fault[] = [
  {
    name: "a stopped group hands out nothing, but what is in flight still settles",
    caughtBy: "settle of a slice is fenced by stopping the group",
    alter: (backend) => operating(backend, () => ({ stopGroup: () => Promise.resolve() })),
  },
  {
    name: "a reset waits for the next claim",
    caughtBy: "settle of a slice is fenced by resetting the group",
    alter: (backend) => {
      let waiting: (() => Promise<void>) | undefined
      const altered = operating(backend, (operator) => ({
        resetGroup: async (...args) => {
          waiting = () => operator.resetGroup(...args)
        },
      }))
      return {
        ...altered,
        async claim(request) {
          await waiting?.()
          waiting = undefined
          return backend.claim(request)
        },
      }
    },
  },
  {
    name: "a reset to a position goes to the beginning",
    caughtBy: "resetGroup to a position hands out what lies above it",
    alter: (backend) =>
      operating(backend, (operator) => ({
        resetGroup: (group, _to, options) => operator.resetGroup(group, { at: "beginning" }, options),
      })),
  },
  {
    name: "a reset does not deliver the types it names",
    caughtBy: "resetGroup with types delivers the messages passed over",
    alter: (backend) =>
      operating(backend, (operator) => ({ resetGroup: (group, to) => operator.resetGroup(group, to) })),
  },
  {
    name: "a reset starts its group",
    caughtBy: "resetGroup leaves a stopped group stopped",
    alter: (backend) =>
      operating(backend, (operator) => ({
        resetGroup: async (group, ...rest) => {
          await operator.resetGroup(group, ...rest)
          await operator.startGroup(group)
        },
      })),
  },
  {
    name: "a skipped message is listed and handed out",
    caughtBy: "skip never hands the message out",
    alter: (backend) => operating(backend, () => ({ skip: () => Promise.resolve() })),
  },
  {
    name: "a group that is renamed begins anew",
    caughtBy: "renameGroup keeps everything under the new name",
    alter: (backend) =>
      operating(backend, (operator) => ({
        renameGroup: async (from, to) => {
          const [info] = await operator.groups([from])
          await operator.deleteGroup(from)
          const owner = { processName: "p", bootId: "b" }
          const types = info?.types.map(({ type }) => type) ?? []
          await backend.ensureGroup({
            group: to,
            order: "stream",
            start: { at: "beginning" },
            types,
            owner,
            maxLanes: 9,
          })
        },
      })),
  },
  {
    name: "a group that is renamed loses its types",
    caughtBy: "renameGroup keeps when each type was last wanted",
    alter: (backend) =>
      operating(backend, (operator) => ({
        renameGroup: async (from, to) => {
          await operator.renameGroup(from, to)
          const { records } = await operator.dump({ of: "groups", limit: 100 })
          const found = records.find((record) => record.kind === "group" && record.group === to)
          if (found?.kind === "group") await operator.restore([{ ...found, types: [] }])
        },
      })),
  },
  {
    name: "a group is renamed onto another one",
    caughtBy: "renameGroup refuses a name that is taken",
    alter: (backend) =>
      operating(backend, (operator) => ({
        renameGroup: async (from, to) => {
          if ((await operator.groups([to])).length > 0) await operator.deleteGroup(to)
          await operator.renameGroup(from, to)
        },
      })),
  },
  {
    name: "lag does not count lanes",
    caughtBy: "groups shows how many streams retry and wait",
    alter: (backend) =>
      operating(
        backend,
        showing((info) => ({ ...info, lag: info.lag - info.retrying - info.parked })),
      ),
  },
  {
    name: "a dead letter's age is not seen",
    caughtBy: "groups shows since when its oldest message waits",
    alter: (backend) =>
      operating(
        backend,
        showing(({ waitingSince, ...info }) =>
          info.lag <= info.parked || waitingSince === undefined
            ? info
            : { ...info, waitingSince: waitingSince + info.parked },
        ),
      ),
  },
  {
    name: "a skipped message is still the oldest",
    caughtBy: "groups shows since when its oldest message waits",
    alter: (backend) => {
      let oldest: number | undefined
      return operating(
        backend,
        showing(({ waitingSince, ...info }) => {
          if (waitingSince === undefined) return info
          oldest = info.skips.some(({ how }) => how === "skipped") ? oldest : waitingSince
          return oldest === undefined ? info : { ...info, waitingSince: oldest }
        }),
      )
    },
  },
  {
    name: "what is in flight is no longer counted as lag",
    caughtBy: "groups shows lag and checkpoints",
    alter: (backend) => {
      let inFlight = 0
      const altered = operating(
        backend,
        showing((info) => ({ ...info, lag: Math.max(info.lag - inFlight, 0) })),
      )
      return {
        ...altered,
        async claim(request) {
          const slice = await backend.claim(request)
          inFlight = slice.kind === "slice" ? slice.messages.length : 0
          return slice
        },
        settle(settlement) {
          inFlight = 0
          return backend.settle(settlement)
        },
      }
    },
  },
  {
    name: "retrying one dead letter retries them all",
    caughtBy: "retryLanes makes all parked lanes of a group due",
    alter: (backend) => operating(backend, (operator) => ({ retryLanes: (group) => operator.retryLanes(group) })),
  },
  {
    name: "discarding a dead letter drops what follows in its stream",
    caughtBy: "discardLane passes over the message a lane waits at",
    alter: (backend) =>
      operating(backend, (operator) => ({
        discardLane: async (group, key) => {
          while ((await operator.lanes({ group })).some((lane) => lane.key === key))
            await operator.discardLane(group, key)
        },
      })),
  },
  {
    name: "lanes are listed whatever their status",
    caughtBy: "lanes are listed by group and key",
    alter: (backend) =>
      operating(backend, (operator) => ({ lanes: ({ status: _status, ...query } = {}) => operator.lanes(query) })),
  },
  {
    name: "commands that nobody wants are not counted",
    caughtBy: "stats lists commands that no group wants",
    alter: (backend) =>
      operating(backend, (operator) => ({ stats: async () => ({ ...(await operator.stats()), unhandled: [] }) })),
  },
  {
    name: "a category takes in streams that begin alike",
    caughtBy: "streams lists streams by id",
    alter: (backend) =>
      operating(backend, (operator) => ({
        streams: async ({ category, ...query }) =>
          (await operator.streams(query)).filter(({ streamId }) => streamId.startsWith(category ?? "")),
      })),
  },
  {
    name: "recent streams are those made last",
    caughtBy: "streams lists the most recently appended to first [",
    alter: (backend) =>
      operating(backend, (operator) => ({
        streams: async (query) => (await operator.streams({ ...query, by: "id" })).toReversed(),
      })),
  },
  {
    name: "progress takes for settled what waits in a lane",
    caughtBy: "progress takes nothing for settled that waits in a lane",
    alter: (backend) =>
      operating(backend, (operator) => ({
        progress: async (_stream, position) =>
          (await operator.groups()).map((info) => ({ group: info.group, settled: info.oldestCheckpoint >= position })),
      })),
  },
  {
    name: "uninstall asks nobody",
    caughtBy: "uninstall removes everything when told the log's name, and nothing otherwise",
    alter: (backend) =>
      operating(backend, (operator) => ({ uninstall: async () => operator.uninstall((await operator.stats()).name) })),
  },
  {
    name: "a closed backend goes on answering",
    caughtBy: "close ends a backend object",
    alter: (backend) => ({ ...backend, close: () => Promise.resolve() }),
  },
]
