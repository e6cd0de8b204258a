import type { Message, ScheduledAppend } from "@millrace/core/backend"

import type { Fault } from "./fault.ts"

/** Defects that show when the storage's clock is set back. */
export const clockFaults: readonly Fault[] = [
  {
    name: "messages are recorded at whatever the clock shows",
    caughtBy: "append and promote record instants that never fall",
    alter: (backend, clock) => {
      const recorded = new Map<string, string>()
      return {
        ...backend,
        async append(appends) {
          const at = new Date(clock.now()).toISOString()
          for (const { streams } of appends)
            for (const { messages } of streams) for (const { id } of messages) recorded.set(id, at)
          return backend.append(appends)
        },
        async read(query) {
          const page = await backend.read(query)
          const messages = page.messages.map((one) => ({ ...one, recordedAt: recorded.get(one.id) ?? one.recordedAt }))
          return { ...page, messages }
        },
      }
    },
  },
  {
    name: "extend sets a lease to end so long from now, were that earlier",
    caughtBy: "extend never shortens a lease though the storage's clock was set back",
    alter: (backend, clock) => {
      let endsAt = Number.POSITIVE_INFINITY
      return {
        ...backend,
        async extend(lease, leaseMs) {
          endsAt = clock.now() + leaseMs
          return backend.extend(lease, leaseMs)
        },
        async claim(request) {
          if (clock.now() >= endsAt) {
            const facts = { host: "h", pid: 1 }
            const owner = { processName: "p1", bootId: "p1-boot-1" }
            for (const kind of ["join", "leave"] as const) await backend.heartbeat({ kind, owner, facts, wants: [] })
          }
          return backend.claim(request)
        },
      }
    },
  },
  {
    name: "a schedule is due whenever the clock passes its instant",
    caughtBy: "promote appends a schedule once though the storage's clock passes",
    alter: (backend, clock) => {
      let schedules: readonly ScheduledAppend[] = []
      let before = 0
      const fresh = (message: Message): Message => ({ ...message, id: crypto.randomUUID() })
      return {
        ...backend,
        append(appends) {
          schedules = [...schedules, ...appends.flatMap((append) => append.schedules ?? [])]
          return backend.append(appends.map(({ schedules: _schedules, ...append }) => append))
        },
        async promote() {
          const now = clock.now()
          const due = schedules.filter(({ at }) => at > before && at <= now)
          before = now
          for (const { message } of due)
            await backend.append([
              { streams: [{ streamId: message.streamId, expected: "any", messages: [fresh(message)] }] },
            ])
          const later = schedules.map(({ at }) => at).filter((at) => at > now)
          return { promoted: due.length, now, nextDue: later.length === 0 ? null : Math.min(...later), types: [] }
        },
      }
    },
  },
]
