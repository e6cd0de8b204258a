import type { CategoryTrim, CategoryTrimmed, LogRecord, Operator } from "@millrace/core/backend"

import { operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

type Trim = Operator["trimCategory"]

type KeyRecord = Extract<LogRecord, { readonly kind: "key" }>

/** Changes trims of a category. */
const trimming =
  (change: (operator: Operator, category: string, how: CategoryTrim) => Promise<CategoryTrimmed>) =>
  (operator: Operator): Partial<Operator> => ({
    trimCategory: (...[category, how]: Parameters<Trim>) => change(operator, category, how),
  })

/** Defects of retention by category. */
export const trimCategoryFaults: readonly Fault[] = [
  {
    name: "streams that retention has emptied are no longer among the latest",
    caughtBy: "streams lists the most recently appended to first, those that retention has emptied",
    alter: (backend) =>
      operating(backend, (operator) => ({
        streams: async (query) =>
          (await operator.streams(query)).filter(({ messages }) => query.by === "id" || messages > 0),
      })),
  },
  {
    name: "a category's trim takes in streams that begin alike",
    caughtBy: "trimCategory removes the oldest of a category's streams",
    alter: (backend) =>
      operating(
        backend,
        trimming(async (operator, category, how) => {
          for (const alike of ["oon", "s"]) await operator.trimCategory(`${category}${alike}`, { ...how, keep: 0 })
          return operator.trimCategory(category, how)
        }),
      ),
  },
  {
    name: "a category's trim is not counted",
    caughtBy: "trimCategory removes the oldest of a category's streams",
    alter: (backend) =>
      operating(backend, (operator) => ({ stats: async () => ({ ...(await operator.stats()), trimmed: [] }) })),
  },
  {
    name: "a stream of which nothing is left is new",
    caughtBy: "trimCategory lets versions and positions go on",
    alter: (backend) => ({
      ...backend,
      async append(appends) {
        const loose = appends.map((append) => ({
          ...append,
          streams: append.streams.map((stream) => ({ ...stream, expected: "any" as const })),
        }))
        return backend.append(loose)
      },
    }),
  },
  {
    name: "a category's trim knows no limit",
    caughtBy: "trimCategory removes at most its limit a call",
    alter: (backend) =>
      operating(
        backend,
        trimming((operator, category, { limit: _limit, ...how }) => operator.trimCategory(category, how)),
      ),
  },
  {
    name: "a category's trim goes past what a group has not settled",
    caughtBy: "trimCategory never goes past what a group has not settled of the category",
    alter: (backend) =>
      operating(
        backend,
        trimming((operator, category, how) => operator.trimCategory(category, { ...how, force: true })),
      ),
  },
  {
    name: "a dead letter of another category holds a trim back",
    caughtBy: "trimCategory is held back by a parked lane of its category alone",
    alter: (backend) =>
      operating(
        backend,
        trimming(async (operator, category, how) => {
          const parked = await operator.lanes()
          if (how.force === true || parked.length === 0) return operator.trimCategory(category, how)
          const { trimmedTo } = await operator.trimCategory(category, { keep: Number.MAX_SAFE_INTEGER })
          return { removed: 0, more: true, trimmedTo, heldBackBy: parked.map(({ group }) => group).slice(0, 1) }
        }),
      ),
  },
  {
    name: "a category's forced trim takes dead letters along",
    caughtBy: "trimCategory is held back by a parked lane of its category alone",
    alter: (backend) =>
      operating(
        backend,
        trimming(async (operator, category, how) => {
          if (how.force === true)
            for (const { group, key } of await operator.lanes()) await operator.discardLane(group, key)
          return operator.trimCategory(category, how)
        }),
      ),
  },
  {
    name: "a slice that a category's forced trim took from settles all the same",
    caughtBy: "trimCategory with force fences what it takes from",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const settled = await backend.settle(settlement)
        return settled.kind === "fenced" ? { kind: "settled", parts: [], lanes: [] } : settled
      },
    }),
  },
  {
    name: "a category's forced trim does not say what a group will never get",
    caughtBy: "trimCategory with force fences what it takes from",
    alter: (backend) =>
      operating(backend, (operator) => ({
        groups: async (names) => (await operator.groups(names)).map((info) => ({ ...info, skips: [], skipped: 0 })),
      })),
  },
  {
    name: "a category's forced trim takes from lanes whose keys it does not know",
    caughtBy: "trimCategory is held back, even with force, by a lane of a group in key order",
    alter: (backend) =>
      operating(
        backend,
        trimming(async (operator, category, how) => {
          for (const { group, key } of await operator.lanes()) await operator.discardLane(group, key)
          return operator.trimCategory(category, how)
        }),
      ),
  },
  {
    name: "a category's trim takes the key of an append that is still there in part",
    caughtBy: "trimCategory takes an idempotency key with the last message of its append",
    alter: (backend) => {
      let trims = 0
      const altered = operating(
        backend,
        trimming((operator, category, how) => {
          trims += 1
          return operator.trimCategory(category, how)
        }),
      )
      return {
        ...altered,
        append: (appends) =>
          backend.append(
            appends.map(({ idempotencyKey, ...append }) => ({
              ...append,
              ...(idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}${trims}` }),
            })),
          ),
      }
    },
  },
  {
    name: "a trim counts the places that were empty",
    caughtBy: "trimCategory leaves a log that groups are created, dated and reset on",
    alter: (backend) =>
      operating(backend, (operator) => ({
        async trim(upto, options) {
          const { trimmedTo: before } = await operator.stats()
          const result = await operator.trim(upto, options)
          return { ...result, removed: result.trimmedTo - before }
        },
      })),
  },
  {
    name: "a category's trim makes the best of any number",
    caughtBy: "trimCategory refuses a category that no stream can have",
    alter: (backend) =>
      operating(
        backend,
        trimming((operator, category, { keep, ...how }) =>
          operator.trimCategory(category, { ...how, keep: Math.max(Math.trunc(keep), 0) }),
        ),
      ),
  },
  {
    name: "a page ends where it would if no place were empty",
    caughtBy: "read fills its pages where trimCategory left empty places",
    alter: (backend) => ({
      ...backend,
      async read(query) {
        const page = await backend.read(query)
        if (query.from !== "log" || query.direction === "backward") return page
        const end = Math.max(query.after ?? 0, page.trimmedTo) + query.limit
        const messages = page.messages.filter(({ position }) => position <= end)
        return { ...page, messages, more: page.more && messages.length === page.messages.length }
      },
    }),
  },
  {
    name: "an idempotency key stays where two trims took its messages",
    caughtBy: "trim takes the idempotency key of an append whose other messages trimCategory took",
    alter: (backend) => {
      const kept: KeyRecord[] = []
      return operating(backend, (operator) => ({
        async trimCategory(category, how) {
          const { records } = await operator.dump({ of: "keys", limit: 100 })
          kept.push(...records.filter((record) => record.kind === "key"))
          return operator.trimCategory(category, how)
        },
        async dump(query) {
          const page = await operator.dump(query)
          if (query.of !== "keys") return page
          const there = new Set(page.records.map((record) => (record.kind === "key" ? record.key : undefined)))
          return { ...page, records: [...page.records, ...kept.filter(({ key }) => !there.has(key))] }
        },
      }))
    },
  },
  {
    name: "restored idempotency keys stay where their messages are gone",
    caughtBy: "restored idempotency keys go with the last messages of their appends",
    alter: (backend) => {
      const kept: KeyRecord[] = []
      return operating(backend, (operator) => ({
        async restore(records) {
          kept.push(...records.filter((record) => record.kind === "key"))
          return operator.restore(records)
        },
        async dump(query) {
          const page = await operator.dump(query)
          if (query.of !== "keys") return page
          const known = new Set(page.records.map((record) => (record.kind === "key" ? record.key : "")))
          return { ...page, records: [...page.records, ...kept.filter(({ key }) => !known.has(key))] }
        },
      }))
    },
  },
]
