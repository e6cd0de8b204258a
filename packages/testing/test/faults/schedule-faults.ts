import type { Backend, ScheduledAppend } from "@millrace/core/backend"

import type { TestClock } from "../../src/test-clock.ts"
import { appending, operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of schedules, processes and wake-ups. */
export const scheduleFaults: readonly Fault[] = [
  {
    name: "schedules are promoted in the order made",
    caughtBy: "promote appends in due order",
    alter: (backend, clock) =>
      keepingSchedules(
        backend,
        clock,
        async (due) => {
          await backend.append(
            due.map(({ message }) => ({
              streams: [{ streamId: message.streamId, expected: "any", messages: [message] }],
            })),
          )
        },
        asMade,
      ),
  },
  {
    name: "schedules are promoted by every process that finds them due",
    caughtBy: "promote by many at once appends each schedule once",
    alter: (backend, clock) =>
      keepingSchedules(
        backend,
        clock,
        async (due) => {
          await Promise.resolve()
          const fresh = due.map(({ message }) => ({ ...message, id: crypto.randomUUID() }))
          await backend.append(
            fresh.map((message) => ({
              streams: [{ streamId: message.streamId, expected: "any", messages: [message] }],
            })),
          )
        },
        byDue,
      ),
  },
  {
    name: "schedules are promoted a second early",
    caughtBy: "promote appends what is due on the storage's clock",
    alter: (backend) =>
      appending(backend, (append) =>
        append.schedules === undefined
          ? append
          : { ...append, schedules: append.schedules.map((one) => ({ ...one, at: one.at - 1_000 })) },
      ),
  },
  {
    name: "a promotion does not say when the next schedule falls due",
    caughtBy: "promote keeps to its limit",
    alter: (backend) => ({
      ...backend,
      promote: async (limit) => ({ ...(await backend.promote(limit)), nextDue: null }),
    }),
  },
  {
    name: "a cancelled schedule comes all the same",
    caughtBy: "schedules that were cancelled never come",
    alter: (backend) =>
      operating(backend, (operator) => ({
        cancelSchedules: async (ids) => {
          const waiting = await operator.schedules({ limit: 1_000 })
          return ids.filter((id) => waiting.some(({ message }) => message.id === id))
        },
      })),
  },
  {
    name: "moving a schedule answers whatever it is asked",
    caughtBy: "schedules that were moved come at their new instant",
    alter: (backend) =>
      operating(backend, (operator) => ({
        reschedule: async (ids, at) => {
          await operator.reschedule(ids, at)
          return ids
        },
      })),
  },
  {
    name: "a newcomer takes the name of a live process at once",
    caughtBy: "heartbeat refuses a newcomer the name of a live process",
    alter: (backend) => ({
      ...backend,
      async heartbeat(beat) {
        const pulse = await backend.heartbeat(beat)
        if (beat.kind !== "join" || pulse.kind !== "held") return pulse
        return backend.heartbeat({ ...beat, kind: "supersede", bootId: pulse.bootId, beats: pulse.beats })
      },
    }),
  },
  {
    name: "the answer to a challenge is not looked at",
    caughtBy: "heartbeat of the holder answers a challenge",
    alter: (backend) => ({
      ...backend,
      async heartbeat(beat) {
        const pulse = await backend.heartbeat(beat)
        if (beat.kind !== "supersede" || pulse.kind !== "held") return pulse
        return backend.heartbeat({ ...beat, bootId: pulse.bootId, beats: pulse.beats })
      },
    }),
  },
  {
    name: "a process that leaves keeps its leases until they end",
    caughtBy: "heartbeat frees the name and the leases of a process that leaves",
    alter: (backend) => ({
      ...backend,
      heartbeat: (beat) => (beat.kind === "leave" ? Promise.resolve({ kind: "ok" }) : backend.heartbeat(beat)),
    }),
  },
  {
    name: "a fenced process is told that all is well",
    caughtBy: "heartbeat gives the name of a silent holder to the newcomer",
    alter: (backend) => ({
      ...backend,
      async heartbeat(beat) {
        const pulse = await backend.heartbeat(beat)
        return pulse.kind === "fenced" ? { kind: "ok" } : pulse
      },
    }),
  },
  {
    name: "listeners are told before the messages can be read",
    caughtBy: "listen hears of messages that another backend object stored, and they are there by then",
    alter: (backend) => {
      const tell = new Set<Parameters<Backend["listen"]>[0]>()
      let stored = Promise.resolve()
      return {
        ...backend,
        async append(appends) {
          for (const onWake of tell) onWake({ kind: "messages", types: null })
          const later = Promise.withResolvers<void>()
          stored = later.promise
          await new Promise((resolve) => void setImmediate(resolve))
          const verdicts = await backend.append(appends)
          later.resolve()
          return verdicts
        },
        async listen(onWake) {
          tell.add(onWake)
          await stored
          return { close: async () => void tell.delete(onWake) }
        },
      }
    },
  },
  {
    name: "listeners hear on after they were closed",
    caughtBy: "listen hears nothing after it was closed",
    alter: (backend) => ({
      ...backend,
      async listen(onWake) {
        await backend.listen(onWake)
        return { close: () => Promise.resolve() }
      },
    }),
  },
]

type Order = (due: readonly ScheduledAppend[]) => readonly ScheduledAppend[]

const asMade: Order = (due) => due
const byDue: Order = (due) => due.toSorted((one, two) => one.at - two.at)

/** A backend that keeps schedules beside the log and appends what is due in its own way. */
function keepingSchedules(
  backend: Backend,
  clock: TestClock,
  store: (due: readonly ScheduledAppend[]) => Promise<void>,
  inOrder: Order,
): Backend {
  let waiting: readonly ScheduledAppend[] = []
  return {
    ...backend,
    append(appends) {
      waiting = [...waiting, ...appends.flatMap(({ schedules }) => schedules ?? [])]
      return backend.append(appends.map(({ schedules: _schedules, ...append }) => append))
    },
    async promote(limit) {
      const due = inOrder(waiting.filter(({ at }) => at <= clock.now())).slice(0, limit)
      await store(due)
      waiting = waiting.filter((one) => !due.includes(one))
      const nextDue = waiting.length === 0 ? null : Math.min(...waiting.map(({ at }) => at))
      return { promoted: due.length, now: clock.now(), nextDue, types: [] }
    },
  }
}
