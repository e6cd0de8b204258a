import type { AnyApp } from "@millrace/core"

import type { Random } from "../../../src/simulation/index.ts"
import { type Errands, type Leg, RETRIES, Rung } from "./errand.ts"

/** Something that a client or an operator does. */
export type ErrandAct =
  /** `rungAfterMs`: how soon it is sent signals, whether it waits for one or not. */
  | {
      readonly do: "start"
      readonly id: string
      readonly legs: readonly Leg[]
      readonly inMs: number
      readonly rungAfterMs: readonly number[]
    }
  | { readonly do: "ring"; readonly id: string; readonly number: number }
  | { readonly do: "cancel" | "wait"; readonly id: string }
  | { readonly do: "stop" | "go"; readonly group: string }
  | { readonly do: "reset"; readonly group: string; readonly to: number; readonly reemit: boolean }

const RUNS = ["1", "2", "3", "4", "5", "6"] as const
const GROUPS = ["errand", "help"] as const
const LEGS_MAX = 4
const STEP_MS = [0, 3, 40, 900, 4_000] as const
const WAIT_MS = [1, 50, 700, 5_000] as const

export function drawAct(random: Random): ErrandAct {
  const roll = random.below(100)
  const id = random.pick(RUNS)
  const group = random.pick(GROUPS)
  if (roll < 50) {
    const legs = Array.from({ length: random.between(1, LEGS_MAX) }, () => drawLeg(random))
    const rungAfterMs = Array.from({ length: random.below(3) }, () => random.below(random.pick(STEP_MS) + 20))
    return { do: "start", id, legs, inMs: random.chance(0.2) ? random.between(1, 5_000) : 0, rungAfterMs }
  }
  if (roll < 68) return { do: "ring", id, number: random.below(1_000) }
  if (roll < 76) return { do: "cancel", id }
  if (roll < 88) return { do: "wait", id }
  if (roll < 94) return { do: random.pick(["stop", "go"]), group }
  return { do: "reset", group, to: random.chance(0.5) ? 0 : random.below(40), reemit: random.chance(0.4) }
}

function drawLeg(random: Random): Leg {
  const ms = random.pick(STEP_MS)
  const fails = random.chance(0.3) ? random.between(1, RETRIES + 1) : 0
  switch (random.below(8)) {
    case 0:
      return { do: "both", ms, fails }
    case 1:
      return { do: "child", ms, fails }
    case 2:
      return { do: "sleep", ms: random.pick(WAIT_MS) }
    case 3:
      return { do: "wait", ms: random.pick(WAIT_MS) }
    case 4:
      return { do: "race", ms, fails, limitMs: random.pick(WAIT_MS) }
    default:
      return { do: "step", ms, fails }
  }
}

/** What an act has around it. `told`: how a run ended, as somebody heard who waited for it. */
export interface Around {
  readonly told: (id: string, end: unknown) => void
  /** The storage's clock. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

const WAIT_FOR_MS = 3_000

/** Does it. What the app throws is its own affair; how a run is said to have ended is told. */
export async function doAct(act: ErrandAct, app: AnyApp, { Errand }: Errands, around: Around): Promise<void> {
  switch (act.do) {
    case "start": {
      if (act.inMs > 0) {
        await app.scheduleMessages([Errand.start(act.id, act.legs)], { at: new Date(around.now() + act.inMs) })
        return
      }
      const run = await app.startWorkflow(Errand, act.legs, { id: act.id })
      const rings = act.rungAfterMs.map(async (ms, number) => {
        await around.sleep(ms)
        await run.signal(Rung, { number })
      })
      await Promise.all([wait(act.id, run, around), ...rings])
      return
    }
    case "ring":
      return app.workflow(Errand, act.id).signal(Rung, { number: act.number })
    case "cancel":
      return app.workflow(Errand, act.id).cancel("enough")
    case "wait":
      return wait(act.id, app.workflow(Errand, act.id), around)
    case "stop":
      return app.stopConsumerGroup(act.group)
    case "go":
      return app.startConsumerGroup(act.group)
    case "reset":
      return app.resetConsumerGroup(act.group, {
        to: act.to === 0 ? "beginning" : { position: act.to },
        ...(act.reemit ? { reemit: true } : {}),
      })
  }
}

async function wait(
  id: string,
  run: { wait(options: { readonly timeoutMs: number }): Promise<{ readonly status: string }> },
  { told }: Around,
): Promise<void> {
  const end = await run.wait({ timeoutMs: WAIT_FOR_MS })
  if (end.status !== "timed-out") told(id, end)
}
