import { memoryBackend } from "@millrace/core"
import type { Backend } from "@millrace/core/backend"

import type { Fault } from "./fault.ts"

/** Defects of a log that calls itself persistent: what is there again after its last backend object was closed. */
export const reopenFaults: readonly Fault[] = [
  {
    name: "a log that calls itself persistent is empty when it is opened again",
    caughtBy: "a persistent log opened after its only backend object was closed holds messages",
    alter: (backend, clock) => {
      let log = backend
      return {
        ...persistent(backend, async () => {
          log = memoryBackend({ partitions: backend.capabilities.partitions, clock })
          await log.migrate()
        }),
        append: (appends) => log.append(appends),
        read: (query) => log.read(query),
      }
    },
  },
  {
    name: "schedules are lost when a log is closed",
    caughtBy: "a persistent log opened after its only backend object was closed holds messages",
    alter: (backend) =>
      persistent(backend, async () => {
        const schedules = await backend.operator.schedules({ limit: 100 })
        await backend.operator.cancelSchedules(schedules.map(({ message }) => message.id))
      }),
  },
  {
    name: "close gives what is leased to anybody",
    caughtBy: "a persistent log opened after its only backend object was closed holds groups",
    alter: (backend) =>
      persistent(backend, async () => {
        const facts = { host: "h", pid: 1 }
        const owner = { processName: "p1", bootId: "p1-boot-1" }
        for (const kind of ["join", "leave"] as const) await backend.heartbeat({ kind, owner, facts, wants: [] })
      }),
  },
  {
    name: "lanes are forgotten when a log is closed",
    caughtBy: "a persistent log opened after its only backend object was closed holds groups",
    alter: (backend) =>
      persistent(backend, async () => {
        for (const { group, key } of await backend.operator.lanes()) await backend.operator.discardLane(group, key)
      }),
  },
]

/** A backend that calls itself persistent, and what its close does instead of ending it: the same object is opened again. */
const persistent = (backend: Backend, close: () => Promise<void>): Backend => ({
  ...backend,
  capabilities: { ...backend.capabilities, persistent: true },
  close,
})
