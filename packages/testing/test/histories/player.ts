import type { OpenLog } from "../../src/conformance/index.ts"
import { playAppCall } from "./app-calls.ts"
import { type CastGroup, ownerOf, pickOf, TYPES } from "./cast.ts"
import { diceOf } from "./dice.ts"
import type { Ledger } from "./ledger.ts"
import { playAppend } from "./play-append.ts"
import { castOf, ensured, playGroup } from "./play-group.ts"
import { playLog, stopListening } from "./play-log.ts"
import { playProcess } from "./play-process.ts"
import { ALL_TYPES, late, LEASE_MS, MOST_SLICES, settle, settleAgain, work } from "./play-work.ts"
import { lookAt } from "./sights.ts"
import { openStage, type Stage } from "./stage.ts"
import type { Step } from "./step.ts"
import { ALL_DONE, settlementOf } from "./worker.ts"

/** Plays the steps of a history on one backend, and answers what each showed. */
export interface Player {
  readonly stage: Stage
  play(step: Step, number: number): Promise<unknown>
  /** Lets every lease end, every retry fall due and every dead letter be tried again, and works all of it off. */
  finish(): Promise<void>
}

/** Longer than any lease or retry of a history lasts. */
const LONG_MS = 10_000_000

/** Error codes of ours; those of the platform are written otherwise. */
const CODE = /^[a-z][a-z-]*$/

/** A player with a log of its own. What it remembers beside the log (slices held, last calls) follows from the steps alone. */
export async function playerOn(log: OpenLog, ledger: Ledger): Promise<Player> {
  const stage = await openStage(log, ledger)
  return {
    stage,
    play: (step, number) => perform(stage, step, number).catch(told),
    async finish() {
      await stopListening(stage)
      await log.advance(LONG_MS)
      for (const cast of stage.casts) {
        await ensured(stage.backend, cast, ALL_TYPES)
        await stage.backend.operator.retryLanes(cast.group)
        await workOff(stage, cast)
      }
    },
  }
}

async function perform(stage: Stage, step: Step, number: number): Promise<unknown> {
  switch (step.do) {
    case "append":
    case "repeat-append":
    case "schedule":
    case "cancel":
    case "reschedule":
    case "promote":
      return playAppend(stage, step, number)
    case "advance":
      stage.now += step.ms
      return stage.log.advance(step.ms)
    case "work":
      return work(stage, step, step.together ? stage.casts : [castOf(stage, step.group)])
    case "late":
      return late(stage, step)
    case "repeat-settle": {
      const one = pickOf(stage.settlements, step.pick)
      return one === undefined ? "nothing was settled" : settleAgain(stage, one)
    }
    case "trim": {
      const { head, trimmedTo } = await stage.backend.read({ from: "log", limit: 1 })
      const upto = Math.min(trimmedTo + (step.pick % 12), head)
      const result = await stage.backend.operator.trim(upto, { force: step.force })
      return { ...result, heldBackBy: result.heldBackBy.toSorted() }
    }
    case "trim-category":
      return stage.backend.operator.trimCategory(step.category, step)
    case "beat":
    case "supersede":
      return playProcess(stage, step)
    case "look":
      return lookAt(step.at, stage, diceOf(step.seed))
    case "app":
      return playAppCall(step.call, stage, diceOf(step.seed), number)
    case "migrate":
    case "reopen":
    case "move":
    case "listen":
      return playLog(stage, step)
    default:
      return playGroup(stage, step, number)
  }
}

/** A refusal is an answer. */
function told(error: unknown): unknown {
  if (error instanceof Error && "code" in error && typeof error.code === "string" && CODE.test(error.code))
    return { thrown: error.code }
  throw error
}

async function workOff(stage: Stage, cast: CastGroup): Promise<void> {
  const { backend } = stage
  const request = { owner: ownerOf(0), groups: [{ group: cast.group, types: TYPES, limit: 100 }], leaseMs: LEASE_MS }
  for (let slices = 0; slices < MOST_SLICES; slices += 1) {
    await backend.operator.startGroup(cast.group)
    const slice = await backend.claim(request)
    if (slice.kind === "idle") return
    stage.ledger.handedOut(slice)
    await settle(stage, { slice, cast }, settlementOf(slice, cast, { seed: ALL_DONE, now: stage.now }))
  }
  throw new Error(`${cast.group} is never done`)
}
