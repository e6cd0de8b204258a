import { memoryBackend } from "@millrace/core"
import type { Backend } from "@millrace/core/backend"

import type { Fault } from "./fault.ts"

/** A backend that calls itself persistent, whose close ends nothing: the same object is opened again. */
const persistent: Fault["sound"] = (backend) => ({
  ...backend,
  capabilities: { ...backend.capabilities, persistent: true },
  close: () => Promise.resolve(),
})

/** Defects of a log that calls itself persistent: what is there again after its last backend object was closed. */
export const reopenFaults: readonly Fault[] = [
  {
    name: "a log that calls itself persistent is empty when it is opened again",
    caughtBy: "a persistent log opened after its only backend object was closed holds messages",
    sound: persistent,
    alter: (backend, clock) => {
      let log = backend
      return {
        ...backend,
        async close() {
          log = memoryBackend({ partitions: backend.capabilities.partitions, clock })
          await log.migrate()
        },
        append: (appends) => log.append(appends),
        read: (query) => log.read(query),
      }
    },
  },
  {
    name: "schedules are lost when a log is closed",
    caughtBy: "a persistent log opened after its only backend object was closed holds messages",
    sound: persistent,
    alter: (backend) =>
      closing(backend, async () => {
        const schedules = await backend.operator.schedules({ limit: 100 })
        await backend.operator.cancelSchedules(schedules.map(({ message }) => message.id))
      }),
  },
  {
    name: "close gives what is leased to anybody",
    caughtBy: "a persistent log opened after its only backend object was closed holds groups",
    sound: persistent,
    alter: (backend) =>
      closing(backend, async () => {
        const facts = { host: "h", pid: 1 }
        const owner = { processName: "p1", bootId: "p1-boot-1" }
        for (const kind of ["join", "leave"] as const) await backend.heartbeat({ kind, owner, facts, wants: [] })
      }),
  },
  {
    name: "lanes are forgotten when a log is closed",
    caughtBy: "a persistent log opened after its only backend object was closed holds groups",
    sound: persistent,
    alter: (backend) =>
      closing(backend, async () => {
        for (const { group, key } of await backend.operator.lanes()) await backend.operator.discardLane(group, key)
      }),
  },
]

const closing = (backend: Backend, close: () => Promise<void>): Backend => ({ ...backend, close })
