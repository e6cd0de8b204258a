import { isDeepStrictEqual } from "node:util"

import type { Leg } from "./errand.ts"
import { endOf, isEnd, isOutcome, type RunEvent } from "./model.ts"

type Wrong = (text: string) => void

/** A run has ended once, as its stream says, and each of its calls has one last word. */
export function checkErrand(events: readonly RunEvent[], kept: unknown, wrong: Wrong): void {
  checkCalls(events, wrong)
  const legs = startedWith(events)
  const model = endOf(events, Array.isArray(legs) ? legs : [])
  if (model.status === "running") return wrong(`it waits for ever for ${model.for}`)
  const wanted = model.status === "cancelled" ? { ...model, reason: "enough" } : model
  if (!isDeepStrictEqual(kept, wanted))
    wrong(`it is kept as ${JSON.stringify(kept)}, and its stream says ${JSON.stringify(wanted)}`)
  checkEnd(events, model.status, wrong)
}

/** A child has ended once, and has told its parent what it ended with. */
export function checkChild(
  events: readonly RunEvent[],
  of: { readonly id: string; readonly parents: readonly RunEvent[]; readonly kept: unknown },
  wrong: Wrong,
): void {
  checkCalls(events, wrong)
  const { ms = 0, fails = 0 } = { ...childInput(events) }
  const legs: readonly Leg[] = [
    { do: "step", ms, fails },
    { do: "sleep", ms },
  ]
  const failed = events.some(({ kind, payload }) => kind === "step_failed" && payload["final"] === true)
  const model = endOf(events, failed ? legs.slice(0, 1) : legs)
  if (model.status === "running") return wrong(`it waits for ever for ${model.for}`)
  const status = model.status === "completed" && failed ? "failed" : model.status
  checkEnd(events, status, wrong)
  const key = of.id.slice(of.id.indexOf("/") + 1)
  const [answer] = of.parents.filter((one) => isOutcome(one) && one.payload["step"] === key)
  if (answer === undefined) return wrong(`it has ended, and its parent was never told`)
  if ((answer.kind === "step_completed") !== (status === "completed"))
    wrong(`it has ended as ${status}, and its parent was told ${answer.kind}`)
  if (model.status !== "completed" || failed) return
  const [[given] = []] = model.output
  if (answer.payload["output"] !== given) wrong(`its parent was told ${JSON.stringify(answer.payload["output"])}`)
  if (!isDeepStrictEqual(of.kept, { status, output: given })) wrong(`it is kept as ${JSON.stringify(of.kept)}`)
}

/** Each call has at most one last word, and at most one that says that its time is up. */
function checkCalls(events: readonly RunEvent[], wrong: Wrong): void {
  const seen = new Set<string>()
  for (const event of events) {
    if (!isOutcome(event) && event.kind !== "timer_fired") continue
    const call = `${isOutcome(event) ? "the outcome" : "the timer"} of ${String(event.payload["step"])}`
    if (seen.has(call)) wrong(`${call} came twice, the second time at version ${event.version}`)
    seen.add(call)
  }
}

/** A run ends once, and records nothing behind that. */
function checkEnd(events: readonly RunEvent[], status: string, wrong: Wrong): void {
  const ends = events.filter(isEnd)
  if (ends.length !== 1) wrong(`it has ended ${ends.length} times`)
  const [end] = ends
  if (end !== undefined && end.kind !== status) wrong(`its last event is ${end.kind}, and its stream says ${status}`)
  const behind = events.find(({ kind, version }) => kind === "step_recorded" && version > (end?.version ?? Infinity))
  if (behind !== undefined) wrong(`a step was recorded at version ${behind.version}, behind its end`)
}

function startedWith(events: readonly RunEvent[]): unknown {
  return events.find(({ kind }) => kind === "started")?.payload["input"]
}

function childInput(events: readonly RunEvent[]): { readonly ms?: number; readonly fails?: number } {
  const input = startedWith(events)
  return typeof input === "object" && input !== null ? input : {}
}
