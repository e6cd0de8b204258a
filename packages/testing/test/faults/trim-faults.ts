import type { StoredMessage } from "@millrace/core/backend"

import { claimingPartitions, operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of retention. */
export const trimFaults: readonly Fault[] = [
  {
    name: "trim goes past what a group has not settled",
    caughtBy: "trim never goes past what a group has not settled",
    alter: (backend) => operating(backend, (operator) => ({ trim: (upto) => operator.trim(upto, { force: true }) })),
  },
  {
    name: "a forced trim takes dead letters along",
    caughtBy: "trim is held back by a parked lane, unless forced",
    alter: (backend) =>
      operating(backend, (operator) => ({
        trim: async (upto, options) => {
          if (options?.force === true)
            for (const { group, key } of await operator.lanes()) await operator.discardLane(group, key)
          return operator.trim(upto, options)
        },
      })),
  },
  {
    name: "a forced trim does not say what a group will never get",
    caughtBy: "trim with force lists what a group will never get",
    alter: (backend) =>
      operating(backend, (operator) => ({
        groups: async (names) => (await operator.groups(names)).map((info) => ({ ...info, skips: [], skipped: 0 })),
      })),
  },
  {
    name: "a reset hands out what was in mind before a forced trim",
    caughtBy: "resetGroup to below the end of a forced trim",
    alter: (backend) => {
      let known: readonly StoredMessage[] = []
      const altered = operating(backend, (operator) => ({
        async trim(upto, options) {
          const { messages } = await backend.read({ from: "log", limit: 1_000 })
          if (options?.force === true) known = messages.filter(({ position }) => position <= upto)
          return operator.trim(upto, options)
        },
      }))
      return claimingPartitions(altered, (slice) => {
        const kept = known.filter(({ position }) => position > slice.from)
        const again = kept.map((message) => ({ message, attempt: 1, handledBefore: true }))
        return { ...slice, messages: [...again, ...slice.messages] }
      })
    },
  },
  {
    name: "idempotency keys outlive their messages",
    caughtBy: "trim takes idempotency keys with their messages",
    alter: (backend) => {
      const known = new Set<string>()
      return {
        ...backend,
        append: async (appends) =>
          Promise.all(
            appends.map(async (append) => {
              if (known.has(append.idempotencyKey ?? ""))
                return { kind: "duplicate", of: { firstPosition: 1, position: 1 } } as const
              if (append.idempotencyKey !== undefined) known.add(append.idempotencyKey)
              const [verdict] = await backend.append([append])
              return verdict ?? { kind: "appended", firstPosition: 0, position: 0, streams: [] }
            }),
          ),
      }
    },
  },
]
