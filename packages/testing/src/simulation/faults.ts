import { randomFor } from "./random.ts"

/**
 * What goes wrong with one call of a backend.
 * `crash-before`, `crash-after`: the process dies before the call has left it, or when the storage has done it. `lost`: it never arrives, and the caller
 * learns so; `gone`: it never arrives, and the caller learns nothing. `answer-lost`: done, but the caller learns nothing. `late`: the caller has given
 * up when it arrives. `slow`: it takes its time, or its answer does.
 */
export type CallFault = "crash-before" | "crash-after" | "lost" | "gone" | "answer-lost" | "late" | "slow"

/** Every kind of fault of a call. */
export const CALL_FAULTS: readonly [CallFault, ...CallFault[]] = [
  "crash-before",
  "crash-after",
  "lost",
  "gone",
  "answer-lost",
  "late",
  "slow",
]

/** A fault that happened: where (a name that is the same in every replay) and what. `ms` is how long it lasts, where it lasts. */
export interface Fault {
  readonly at: string
  readonly kind: CallFault | "throws"
  readonly ms: number
}

/** How often things go wrong, as shares from 0 to 1, and which. */
export interface FaultRates {
  readonly calls: number
  readonly callbacks: number
  readonly kinds: readonly CallFault[]
  /** The longest that something slow lasts. */
  readonly slowMs: number
}

/** Decides what goes wrong. The answer depends on the seed and on where it is asked, and on nothing else. */
export interface Faults {
  /** What goes wrong with call number `count` of this method by this start of a process. */
  call(boot: string, method: string, count: number): Fault | undefined
  /** Whether a callback throws for this message at this try. */
  callback(group: string, position: number, attempt: number): boolean
  /** What went wrong so far. */
  readonly fired: readonly Fault[]
  /** From now on nothing goes wrong. */
  stop(): void
}

/** The share of failing callbacks that fail at every try. */
const POISON = 0.2
/** The longest that a crashed process is away. */
const DOWN_MS = 20_000

/** Draws faults from a seed; or, with `only`, repeats exactly those. */
export function createFaults(seed: number, rates: FaultRates, only?: readonly Fault[]): Faults {
  const given = only === undefined ? undefined : new Map(only.map((fault) => [fault.at, fault]))
  const fired: Fault[] = []
  let on = true
  const draw = (at: string): Fault | undefined => {
    const random = randomFor(seed, at)
    if (rates.kinds.length === 0 || !random.chance(rates.calls)) return undefined
    const kind = rates.kinds[random.below(rates.kinds.length)] ?? "lost"
    const ms = random.between(1, kind.startsWith("crash") ? DOWN_MS : rates.slowMs)
    return { at, kind, ms }
  }
  const drawCallback = (at: string, always: string): Fault | undefined => {
    const poisoned = randomFor(seed, always).chance(rates.callbacks * POISON)
    if (!poisoned && !randomFor(seed, at).chance(rates.callbacks)) return undefined
    return { at, kind: "throws", ms: 0 }
  }
  const happen = (fault: Fault | undefined): Fault | undefined => {
    if (fault !== undefined) fired.push(fault)
    return fault
  }
  return {
    fired,
    call(boot, method, count) {
      if (!on) return undefined
      const at = `${boot} ${method} ${count}`
      return happen(given === undefined ? draw(at) : given.get(at))
    },
    callback(group, position, attempt) {
      if (!on) return false
      const at = `${group} throws at ${position}, try ${attempt}`
      const fault = given === undefined ? drawCallback(at, `${group} poison ${position}`) : given.get(at)
      return happen(fault) !== undefined
    },
    stop() {
      on = false
    },
  }
}
