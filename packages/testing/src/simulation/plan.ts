import { CALL_FAULTS, type Fault, type FaultRates } from "./faults.ts"
import type { WakeRates } from "./link.ts"
import { createRandom, type Random } from "./random.ts"

/** What happens to a process at an instant. */
export type Mishap =
  | { readonly kind: "crash"; readonly process: number; readonly ms: number }
  | { readonly kind: "pause"; readonly process: number; readonly ms: number }
  | { readonly kind: "jump"; readonly process: number; readonly ms: number }
  /** Another start of it takes its name while it stands still. */
  | { readonly kind: "replace"; readonly process: number; readonly ms: number }
  /** Nobody reaches the storage. */
  | { readonly kind: "outage"; readonly ms: number }

/** One step of a history: something that a client or an operator does, or that happens to a process. */
export type Step<Act> = { readonly atMs: number } & (
  | { readonly kind: "act"; readonly process: number; readonly act: Act }
  | { readonly kind: "mishap"; readonly mishap: Mishap }
)

/** The bounds of the simulated processes and their storage. */
export interface Settings {
  readonly processes: number
  readonly concurrency: readonly number[]
  readonly partitions: number
  readonly leaseMs: number
  readonly sliceBudgetMs: number
  readonly streamsAtOnce: number
  readonly handedOverAtOnce: number
  readonly conflictRounds: number
  readonly maxTakeovers: number
  readonly pollMs: number
  readonly heartbeatMs: number
  readonly promoteAtOnce: number
  readonly baselines: number
  readonly writeTries: number
}

/** A whole history, before it happens. As JSON it can be kept and played again. */
export interface Plan<Act> {
  readonly seed: number
  readonly settings: Settings
  readonly steps: readonly Step<Act>[]
  readonly rates: FaultRates
  readonly wakes: WakeRates
  /** Exactly these faults of calls and callbacks; left out: those that the seed and the rates give. */
  readonly faults?: readonly Fault[]
}

/** How long faults happen. */
const SPAN_MS = 20_000
const STEPS_MIN = 6
const STEPS_MAX = 40
const PROCESSES_MAX = 4
/** The share of steps that are mishaps. */
const MISHAPS = 0.25
/** The furthest that a clock jumps. */
const JUMP_MS = 90_000
const SHARES = [0, 0, 0.005, 0.02, 0.06] as const
const CALLBACK_SHARES = [0, 0.02, 0.1, 0.3] as const
const WAKE_SHARES = [0, 0, 0.3, 1] as const
const POLLS = [100, 300, 1_000, 2_000] as const
const LEASES = [300, 1_000, 3_000, 10_000] as const
const SMALL = [1, 2, 4, 64] as const

/** Draws a history from a seed. */
export function drawPlan<Act>(seed: number, draw: (random: Random) => Act): Plan<Act> {
  const random = createRandom(seed)
  const processes = random.between(1, PROCESSES_MAX)
  const leaseMs = random.pick(LEASES)
  const settings: Settings = {
    processes,
    concurrency: Array.from({ length: processes }, () => random.pick([1, 1, 2, 4])),
    partitions: random.pick([1, 2, 4]),
    leaseMs,
    sliceBudgetMs: random.pick([5, 50, 1_000]),
    streamsAtOnce: random.pick(SMALL),
    handedOverAtOnce: random.pick(SMALL),
    conflictRounds: random.between(0, 3),
    maxTakeovers: random.between(1, 5),
    pollMs: random.pick(POLLS),
    heartbeatMs: random.pick([1_000, 5_000]),
    promoteAtOnce: random.pick([1, 3, 500]),
    baselines: random.pick([1, 1_000]),
    writeTries: random.pick([2, 8]),
  }
  const rates: FaultRates = {
    calls: random.pick(SHARES),
    callbacks: random.pick(CALLBACK_SHARES),
    kinds: random.chance(0.5) ? CALL_FAULTS : [random.pick(CALL_FAULTS)],
    slowMs: random.pick([100, leaseMs * 2, leaseMs * 5]),
  }
  const wakes: WakeRates = { lost: random.pick(WAKE_SHARES), doubled: random.pick([0, 0.5]) }
  const mishaps = random.chance(0.3) ? 0 : MISHAPS
  const steps = Array.from({ length: random.between(STEPS_MIN, STEPS_MAX) }, (): Step<Act> => {
    // Much of what happens happens at nearly the same time.
    const atMs = random.chance(0.5) ? random.below(SPAN_MS / 20) * 20 : random.below(4) * 2_000 + random.below(20)
    if (random.chance(mishaps)) return { atMs, kind: "mishap", mishap: drawMishap(random, processes, leaseMs) }
    return { atMs, kind: "act", process: random.below(processes), act: draw(random) }
  })
  return { seed, settings, steps: steps.toSorted((a, b) => a.atMs - b.atMs), rates, wakes }
}

function drawMishap(random: Random, processes: number, leaseMs: number): Mishap {
  const process = random.below(processes)
  const ms = random.between(1, leaseMs * 3)
  switch (random.below(6)) {
    case 0:
      return { kind: "outage", ms }
    case 1:
      return { kind: "jump", process, ms: random.between(-JUMP_MS, JUMP_MS) }
    case 2:
      return { kind: "replace", process, ms }
    case 3:
      return { kind: "pause", process, ms }
    default:
      return { kind: "crash", process, ms }
  }
}
