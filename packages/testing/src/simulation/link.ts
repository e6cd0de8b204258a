import { type Backend, BackendError } from "@millrace/core"

import { type Boot, US } from "./boot.ts"
import type { Fault, Faults } from "./faults.ts"
import type { Random } from "./random.ts"
import type { Timeline } from "./timeline.ts"

/** What wake-ups meet on their way, as shares from 0 to 1. */
export interface WakeRates {
  readonly lost: number
  readonly doubled: number
}

/** What a process's way to the storage is made of. */
export interface LinkParts {
  readonly boot: Boot
  readonly timeline: Timeline
  readonly faults: Faults
  readonly random: Random
  readonly wakes: WakeRates
  /** Whether the storage can not be reached by anybody now. */
  readonly isAway: () => boolean
  /** Carries a call out, and tells the auditor who called, and whether the caller hears the answer. */
  readonly carryOut: (method: string, isHeard: boolean, run: () => unknown) => unknown
  readonly crash: (boot: Boot, downMs: number) => void
  readonly note: (text: () => string) => void
}

/** The shortest and longest way of a call or an answer, in microseconds. */
const WAY_MIN_US = 100
const WAY_MAX_US = 3_000
/** The longest way of a wake-up. */
const WAKE_MS = 200

/** What keeps the answer of a call that was carried out from its caller. */
const UNHEARD: ReadonlySet<Fault["kind"] | undefined> = new Set(["crash-after", "answer-lost", "late"] as const)

/** A backend as one process reaches it: over a way on which anything may happen. */
export function createLink(backend: Backend, parts: LinkParts): Backend {
  const counts = new Map<string, number>()
  const through = <T extends object>(target: T, prefix: string): T =>
    new Proxy(target, {
      get(of, property) {
        const value: unknown = Reflect.get(of, property)
        if (property === "operator" && typeof value === "object" && value !== null) return operator
        if (typeof value !== "function" || typeof property !== "string") return value
        const method = `${prefix}${property}`
        if (method === "close") return () => Promise.resolve()
        return (...args: readonly unknown[]) => {
          const count = (counts.get(method) ?? 0) + 1
          counts.set(method, count)
          const given = method === "listen" ? args.map((one) => heardThrough(one, parts)) : args
          const call = { method, count, args: given, run: (): unknown => Reflect.apply(value, of, given) }
          return send(call, parts)
        }
      },
    })
  const operator = through(backend.operator, "operator.")
  return through(backend, "")
}

interface Call {
  readonly method: string
  readonly count: number
  readonly args: readonly unknown[]
  readonly run: () => unknown
}

function send(call: Call, parts: LinkParts): Promise<unknown> {
  const { boot, timeline, random, note } = parts
  const fault = faultOf(call, parts)
  if (fault !== undefined) note(() => `${boot.name} ${call.method}: ${fault.kind} ${fault.ms} ms`)
  return new Promise((resolve, reject) => {
    const wayUs = (): number => random.between(WAY_MIN_US, WAY_MAX_US)
    const backTo = (deliver: () => void, slowUs = 0): void => void timeline.after(wayUs() + slowUs, deliver, boot)
    const fail = (code: "unavailable" | "outcome-unknown"): void =>
      backTo(() => reject(new BackendError(code, `${call.method}: the simulated way to the storage`)))
    const slowUs = fault?.kind === "slow" ? fault.ms * US : 0
    // Half of what is slow is slow on its way there, half on its way back.
    const [there, back] = (fault?.ms ?? 0) % 2 === 0 ? [slowUs, 0] : [0, slowUs]
    const answered = (deliver: () => void): void => {
      if (fault?.kind === "crash-after") parts.crash(boot, fault.ms)
      else if (fault?.kind === "answer-lost") fail("outcome-unknown")
      else if (fault?.kind !== "late") backTo(deliver, back)
    }
    const land = (): void => {
      if (parts.isAway()) {
        if (fault?.kind !== "late") fail("unavailable")
        return
      }
      Promise.resolve(parts.carryOut(call.method, !UNHEARD.has(fault?.kind), call.run)).then(
        (value) => answered(() => resolve(value)),
        (error: unknown) => answered(() => reject(error)),
      )
    }
    // The client's own work goes on in the client: it neither lands after its death nor while it stands still.
    const actor = worksInside(call) ? boot : undefined
    switch (fault?.kind) {
      case "crash-before":
        parts.crash(boot, fault.ms)
        return
      case "lost":
        fail("unavailable")
        return
      case "gone":
        fail("outcome-unknown")
        return
      case "late":
        timeline.after(wayUs() + fault.ms * US, land, actor)
        fail("outcome-unknown")
        return
      default:
        timeline.after(wayUs() + there, land, actor)
    }
  })
}

function faultOf(call: Call, { faults, boot }: LinkParts): Fault | undefined {
  const fault = faults.call(boot.name, call.method, call.count)
  // A transaction that its client drives can not arrive by itself.
  return fault?.kind === "late" && worksInside(call) ? { ...fault, kind: "answer-lost" } : fault
}

function worksInside({ method, args: [settlement] }: Call): boolean {
  if (method !== "settle" || typeof settlement !== "object" || settlement === null) return false
  return (
    "parts" in settlement &&
    Array.isArray(settlement.parts) &&
    settlement.parts.some((part: unknown) => typeof part === "object" && part !== null && "work" in part)
  )
}

/** A listener that hears late, twice, or nothing. */
function heardThrough(listener: unknown, { boot, timeline, random, wakes }: LinkParts): unknown {
  if (typeof listener !== "function") return listener
  return (wake: unknown): void => {
    const times = random.chance(wakes.lost) ? 0 : random.chance(wakes.doubled) ? 2 : 1
    for (let time = 0; time < times; time += 1)
      timeline.after(random.below(WAKE_MS * US), () => void Reflect.apply(listener, undefined, [wake]), boot)
  }
}
