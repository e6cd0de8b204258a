import { currentStep, durable, event, StepFailed, workflow } from "@millrace/core"
import * as Schema from "effect/Schema"

import type { SimulatedProcess } from "../../../src/simulation/index.ts"

/** Something that a run does, and waits for. */
export type Leg =
  | { readonly do: "step" | "both" | "child"; readonly ms: number; readonly fails: number }
  | { readonly do: "sleep" | "wait"; readonly ms: number }
  | { readonly do: "race"; readonly ms: number; readonly fails: number; readonly limitMs: number }

export const Rung = event("bell.rung", Schema.Struct({ number: Schema.Int }))

/** What a call answers that failed for good, or whose time was up. */
export const FAILED = "failed"
export const LATE = "late"

/** How often a step is tried again, and how soon. */
export const RETRIES = 2
const AFTER_MS = 100

/** Numbers everything that a step gives, so that no two attempts give the same. */
export interface Tokens {
  next(): number
}

/**
 * A workflow whose runs do what they are told, and one that it calls as its child. Steps give something else at each attempt: so it shows where a run goes on with
 * what is not recorded. Runs answer what each leg gave, and what time it was then.
 */
export function errandsOf(process: SimulatedProcess, tokens: Tokens) {
  const step = durable(
    "step",
    async (ms: number, fails: number) => {
      await process.sleep(ms)
      if (currentStep().attempt <= fails) throw new Error("not yet")
      return `${process.name} ${tokens.next()}`
    },
    { retries: RETRIES, afterMs: AFTER_MS },
  )
  const Help = workflow("help", async ({ ms, fails }: { ms: number; fails: number }, flow) => {
    const given = await step(ms, fails)
    await flow.sleep(ms)
    return given
  })
  const Errand = workflow("errand", async (legs: readonly Leg[], flow) => {
    const given: (readonly [unknown, number])[] = []
    const go = (leg: Leg): Promise<unknown> => {
      switch (leg.do) {
        case "step":
          return step(leg.ms, leg.fails)
        case "both":
          return flow.all([step(leg.ms, leg.fails), step(1, 0)])
        case "child":
          return flow.child(Help, { ms: leg.ms, fails: leg.fails })
        case "sleep":
          return flow.sleep(leg.ms).then(() => null)
        case "wait":
          return flow.waitFor(Rung, { timeoutMs: leg.ms }).then((rung) => rung?.number ?? LATE)
        case "race":
          return Promise.race([step(leg.ms, leg.fails), flow.sleep(leg.limitMs).then(() => LATE)])
      }
    }
    for (const leg of legs) {
      const got = await go(leg).catch((error: unknown) => {
        if (error instanceof StepFailed) return FAILED
        throw error
      })
      given.push([got, flow.now().getTime()])
    }
    return given
  })
  return { Errand, Help }
}

export type Errands = ReturnType<typeof errandsOf>
