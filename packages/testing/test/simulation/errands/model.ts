import type { StoredMessage } from "@millrace/core"

import { FAILED, LATE, type Leg } from "./errand.ts"

/** How a run has to end by what its stream holds: found anew, leg by leg, by somebody who runs no code of it. */
export type ModelEnd =
  | { readonly status: "completed"; readonly output: readonly (readonly [unknown, number])[] }
  | { readonly status: "cancelled" }
  /** It waits for something that its stream does not hold. */
  | { readonly status: "running"; readonly for: string }

/** What the code was told in the stream of one run, in its order. */
export interface RunEvent {
  readonly kind: string
  readonly version: number
  readonly payload: Readonly<Record<string, unknown>>
  readonly recordedAt: string
}

/** The events of a run's stream by what they are: `step_recorded`, `timer_fired`, … */
export function runEvents(messages: readonly StoredMessage[]): readonly RunEvent[] {
  return messages.flatMap(({ kind, type, version, payload, recordedAt }) => {
    if (kind !== "event" || version === undefined || typeof payload !== "object" || payload === null) return []
    return [
      {
        kind: type.slice(type.indexOf(".") + 1),
        version,
        payload: Object.fromEntries(Object.entries(payload)),
        recordedAt,
      },
    ]
  })
}

const DONE = new Set(["step_completed", "step_recorded"])
const ENDS = new Set(["completed", "failed", "cancelled"])

/** Whether an event is the last word on a step. */
export function isOutcome({ kind, payload }: RunEvent): boolean {
  return DONE.has(kind) || (kind === "step_failed" && payload["final"] === true)
}

export function isEnd({ kind }: RunEvent): boolean {
  return ENDS.has(kind)
}

/** Something that a call was answered with, and at which version of the stream. */
interface Answer {
  readonly at: number
  readonly given: unknown
}

/** Does the legs of a run again, with the answers that its stream holds. */
export function endOf(events: readonly RunEvent[], legs: readonly Leg[]): ModelEnd {
  const began = events.find(({ kind }) => kind === "started")?.version ?? 0
  const cancelled = events.find(({ kind, version }) => kind === "cancel_requested" && version > began)?.version
  const calls = callsIn(events)
  const output: (readonly [unknown, number])[] = []
  let at = began
  for (const leg of legs) {
    const answer = calls.answerTo(leg, at)
    if (cancelled !== undefined && (answer === undefined || answer.at > cancelled)) return { status: "cancelled" }
    if (answer === undefined) return { status: "running", for: JSON.stringify(leg) }
    at = answer.at
    output.push([answer.given, timeAt(events, at)])
  }
  return { status: "completed", output }
}

/** What time it is for a run at a version: it goes by its events, and never back. */
function timeAt(events: readonly RunEvent[], version: number): number {
  const times = events
    .filter((one) => one.version <= version && !isEnd(one))
    .map(({ payload, recordedAt }) => (typeof payload["at"] === "number" ? payload["at"] : Date.parse(recordedAt)))
  return Math.max(0, ...times)
}

function callsIn(events: readonly RunEvent[]) {
  const counts = new Map<string, number>()
  const signals = events.filter(({ kind }) => kind === "signalled")
  const keyOf = (name: string): string => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return `${name}#${count}`
  }
  const outcomeOf = (name: string): Answer | undefined => {
    const key = keyOf(name)
    const found = events.find((one) => isOutcome(one) && one.payload["step"] === key)
    return found && { at: found.version, given: DONE.has(found.kind) ? found.payload["output"] : FAILED }
  }
  const timer = (name: string, given: unknown): Answer | undefined => {
    const key = keyOf(name)
    const found = events.find(({ kind, payload }) => kind === "timer_fired" && payload["step"] === key)
    return found && { at: found.version, given }
  }
  const signal = (from: number): Answer | undefined => {
    const timeUp = timer("wait for bell.rung", LATE)
    const [first] = signals
    const rung = first && { at: Math.max(first.version, from), given: numberOf(first) }
    const won = earlier(rung, timeUp)
    if (won !== undefined && won === rung) signals.shift()
    return won
  }
  return {
    answerTo(leg: Leg, from: number): Answer | undefined {
      switch (leg.do) {
        case "step":
          return outcomeOf("step")
        case "child":
          return outcomeOf("help")
        case "sleep":
          return timer("sleep", null)
        case "wait":
          return signal(from)
        case "race":
          return earlier(outcomeOf("step"), timer("sleep", LATE))
        case "both":
          return both(outcomeOf("step"), outcomeOf("step"))
      }
    },
  }
}

function numberOf({ payload: { payload } }: RunEvent): unknown {
  return typeof payload === "object" && payload !== null && "number" in payload ? payload.number : undefined
}

function earlier(one: Answer | undefined, other: Answer | undefined): Answer | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.at <= other.at ? one : other
}

function both(one: Answer | undefined, other: Answer | undefined): Answer | undefined {
  if (one === undefined || other === undefined) return undefined
  const at = Math.max(one.at, other.at)
  const failed = one.given === FAILED || other.given === FAILED
  return { at, given: failed ? FAILED : [one.given, other.given] }
}
