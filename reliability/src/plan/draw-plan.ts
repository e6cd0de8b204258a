import { LEASE_MS } from "../bank/limits.ts"
import { createRandom, type Random } from "../random.ts"
import type { FaultKind } from "./fault-kinds.ts"

/** One fault: when it begins, whom it strikes, how long it lasts. */
export interface Step {
  readonly atMs: number
  readonly kind: FaultKind
  /** Picks among those who can be struck. */
  readonly pick: number
  /** Strikes all of them, where that means something. */
  readonly all: boolean
  readonly forMs: number
}

/** Shortest and longest, in milliseconds. Those who stand still do so for longer than a lease. */
const LENGTHS: Partial<Record<FaultKind, readonly [number, number]>> = {
  "worker killed": [0, 1_500],
  "worker frozen": [LEASE_MS * 1.2, LEASE_MS * 3],
  "worker replaced by the other release": [0, 1_000],
  "client killed": [0, 1_000],
  "connections delayed": [1_000, 4_000],
  "connections blackholed": [LEASE_MS / 2, LEASE_MS * 3.5],
  "connections refused": [500, 4_000],
  "answers lost": [100, 1_500],
  "server killed and restarted": [100, 2_500],
  "server frozen": [500, LEASE_MS * 2],
  "disk full": [500, 4_000],
  "write lock taken": [500, 7_000],
  "group stopped and started": [500, 3_000],
}

const FIRST_AT_MS = 800
const LEAST_GAP_MS = 300
const MOST_GAP_MS = 2_000
/** The share of faults that strike everybody. */
const ALL = 0.3

/** Draws what happens in a run of so many milliseconds: every kind in turn, in an order of its own each time round. */
export function drawPlan(seed: number, kinds: readonly FaultKind[], lengthMs: number): readonly Step[] {
  const random = createRandom(seed)
  const steps: Step[] = []
  let deck: FaultKind[] = []
  for (let atMs = FIRST_AT_MS; atMs < lengthMs; atMs += random.between(LEAST_GAP_MS, MOST_GAP_MS)) {
    if (deck.length === 0) deck = random.shuffle(kinds)
    const kind = deck.pop()
    if (kind !== undefined) steps.push(drawStep(random, kind, atMs))
  }
  return steps
}

function drawStep(random: Random, kind: FaultKind, atMs: number): Step {
  const [least, most] = LENGTHS[kind] ?? [0, 0]
  return { atMs, kind, pick: random.below(1_000), all: random.chance(ALL), forMs: random.between(least, most) }
}
