import fc from "fast-check"

import { APP_CALLS } from "./app-calls.ts"
import { SIGHTS } from "./sights.ts"

/** What an append of a history expects: a kind, resolved against the version the stream has. */
export type Expecting = "any" | "no-stream" | "stream-exists" | "right" | "wrong"

export interface AppendStep {
  readonly streams: readonly {
    readonly stream: number
    readonly events: number
    readonly commands: number
    readonly expecting: Expecting
  }[]
  /** An idempotency key out of few, so that some come again; with the same content or other. */
  readonly key: number | null
  readonly print: number
  readonly put: { readonly id: number; readonly revision: number | "any"; readonly gone: boolean } | null
}

/** One step of a history. Numbers stand for a stream, group, owner, held slice …: taken modulo what there is. */
export type Step =
  | { readonly do: "append"; readonly appends: readonly AppendStep[] }
  | { readonly do: "repeat-append" }
  | { readonly do: "schedule"; readonly stream: number; readonly inMs: number; readonly count: number }
  | { readonly do: "cancel" | "reschedule"; readonly pick: number; readonly inMs: number }
  | { readonly do: "promote"; readonly limit: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "want"; readonly group: number; readonly types: number }
  /** Claims everything a group has, settles some of it as `seed` decides and abandons the rest. */
  | {
      readonly do: "work"
      readonly group: number
      /** Of all groups at once. */
      readonly together: boolean
      readonly owner: number
      readonly limit: number
      /** How many slices of a group may come at once. */
      readonly slices: number
      readonly types: number
      readonly seed: number
    }
  /** Settles, extends or gives back what was abandoned earlier. */
  | {
      readonly do: "late"
      readonly pick: number
      readonly how: "settle" | "extend" | "give-back"
      readonly seed: number
    }
  | { readonly do: "repeat-settle"; readonly pick: number }
  | {
      readonly do: "reset"
      readonly group: number
      readonly to: "beginning" | "now" | "position"
      readonly pick: number
      readonly reemit: boolean
      readonly types: number
    }
  | { readonly do: "skip"; readonly group: number; readonly pick: number }
  | { readonly do: "stop" | "start"; readonly group: number }
  | { readonly do: "retry-lanes"; readonly group: number; readonly pick: number | null }
  | { readonly do: "discard-lane"; readonly group: number; readonly pick: number }
  /** To one of a few names, some of which are taken. */
  | { readonly do: "rename" | "delete-group"; readonly group: number; readonly to: number }
  | { readonly do: "trim"; readonly pick: number; readonly force: boolean }
  | {
      readonly do: "trim-category"
      readonly category: string
      readonly keep: number
      readonly limit: number
      readonly force: boolean
    }
  | {
      readonly do: "beat"
      readonly kind: "join" | "beat" | "leave"
      readonly owner: number
      readonly boot: number
      readonly types: number
    }
  /** Takes a process name from whom `held` named last, or from a boot that has been heard since. */
  | { readonly do: "supersede"; readonly owner: number; readonly boot: number; readonly stale: boolean }
  /** Reads with any query there is. */
  | { readonly do: "look"; readonly at: string; readonly seed: number }
  /** A call of the face that applications have. */
  | { readonly do: "app"; readonly call: string; readonly seed: number }
  /** `migrate`: once more. `reopen`: another process goes on. `move`: the log is taken out and put back. `listen`: from now on, or no longer. */
  | { readonly do: "migrate" | "reopen" | "move" | "listen" }

const small = fc.nat({ max: 40 })
const seed = fc.nat({ max: 1_000_000 })
const group = fc.nat({ max: 2 })

const appendStep: fc.Arbitrary<AppendStep> = fc.record({
  streams: fc.array(
    fc.record({
      stream: small,
      events: fc.nat({ max: 3 }),
      commands: fc.nat({ max: 1 }),
      expecting: fc.constantFrom<Expecting>(
        "any",
        "any",
        "any",
        "right",
        "right",
        "wrong",
        "no-stream",
        "stream-exists",
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  key: fc.option(fc.nat({ max: 6 }), { freq: 4, nil: null }),
  print: fc.nat({ max: 1 }),
  put: fc.option(
    fc.record({
      id: fc.nat({ max: 3 }),
      revision: fc.oneof(fc.nat({ max: 3 }), fc.constant("any" as const)),
      gone: fc.boolean(),
    }),
    { freq: 5 },
  ),
})

const steps: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant("append"), appends: fc.array(appendStep, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repeat-append") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("schedule"),
      stream: small,
      inMs: fc.nat({ max: 90_000 }),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("cancel" as const, "reschedule" as const),
      pick: small,
      inMs: fc.nat({ max: 90_000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("promote"), limit: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("advance"), ms: fc.constantFrom(1, 100, 2_000, 11_000, 70_000, 200_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("want"), group, types: fc.nat({ max: 7 }) }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant("work"),
      group,
      together: fc.constantFrom(false, false, false, true),
      owner: small,
      limit: fc.constantFrom(1, 3, 100),
      slices: fc.constantFrom(1, 1, 2, 4),
      types: fc.constantFrom(7, 7, 7, 7, 3, 1),
      seed,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("late"),
      pick: small,
      how: fc.constantFrom("settle" as const, "extend" as const, "give-back" as const),
      seed,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("repeat-settle"), pick: small }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("reset"),
      group,
      to: fc.constantFrom("beginning" as const, "now" as const, "position" as const),
      pick: fc.nat({ max: 100 }),
      reemit: fc.boolean(),
      types: fc.constantFrom(0, 0, 7),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("skip"), group, pick: small }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("stop" as const, "start" as const, "start" as const), group }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retry-lanes"), group, pick: fc.option(small, { nil: null }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("discard-lane"), group, pick: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trim"), pick: small, force: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("trim-category"),
      category: fc.constantFrom("cart", "cart", "order", "user", "nobody"),
      keep: fc.nat({ max: 12 }),
      limit: fc.integer({ min: 1, max: 9 }),
      force: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("beat"),
      kind: fc.constantFrom("join" as const, "beat" as const, "leave" as const),
      owner: small,
      boot: fc.nat({ max: 1 }),
      types: fc.nat({ max: 7 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("supersede"),
      owner: small,
      boot: fc.nat({ max: 1 }),
      stale: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("look"), at: fc.constantFrom(...SIGHTS), seed }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant("app"), call: fc.constantFrom(...APP_CALLS), seed }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("rename" as const, "delete-group" as const),
      group,
      to: fc.nat({ max: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("migrate" as const, "reopen" as const, "listen" as const, "move" as const),
    }),
  },
]

/** Histories of so many steps. */
export const histories = (length: {
  readonly minLength: number
  readonly maxLength: number
}): fc.Arbitrary<readonly Step[]> => fc.array(fc.oneof(...steps), { ...length, size: "max" })
