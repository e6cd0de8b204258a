import type { Course, Emit } from "../../../harness/bench.ts"
import { medianInterval, spreadOf } from "../../../harness/statistics.ts"
import type { WatchedApp } from "./watched-app.ts"
import type { Watched } from "./watched.ts"

/** Messages of one turn: short, so that all see the same moment of the machine. */
const TURN = 400
/** Turns of each app in a round. The one in the middle counts: what else runs on the machine hits some of them. */
const TURNS = 5
/** Rounds before those that count: code is compiled and caches fill. */
const WARM_UP = 4
const FEWEST_ROUNDS = 20
/** Or then, however badly they are known. */
const MOST_ROUNDS = 300
const MOST_MS = 60_000

/** Messages for each second of processor time, of each app in one round. */
type Rates = readonly number[]

/**
 * The same work in one process, by each app in turn, a few hundred messages at a time, until it is known well enough how they compare with the first:
 * `within` is the part that the interval of each ratio may reach to either side.
 */
export function beingWatched(all: readonly Watched[], within: number): Course {
  return {
    names: all.map(({ name }) => name),
    async run({ folder }, emit) {
      const apps: WatchedApp[] = []
      for (const watched of all) apps.push(await watched.open(folder))
      for (let round = 0; round < WARM_UP; round += 1) await oneRound(apps, round)
      const began = performance.now()
      const rounds: Rates[] = []
      while (!isEnough(rounds, within, performance.now() - began)) {
        const rates = await oneRound(apps, rounds.length)
        rounds.push(rates)
        for (const [at, { name }] of all.entries())
          emitRate(name, rates[at] ?? 0, lacking(apps[at], rounds.length), emit)
      }
      for (const app of apps) await app.close()
    },
  }
}

/** Some turns of each app. Over the rounds each follows each other as often: what one leaves to be swept up falls to all alike. */
async function oneRound(apps: readonly WatchedApp[], round: number): Promise<Rates> {
  const micros = apps.map((): number[] => [])
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const at of orderOf(apps.length, round * TURNS + turn)) {
      micros[at]?.push((await apps[at]?.turn(TURN)) ?? Number.NaN)
    }
  }
  return micros.map((turns) => (TURN * 1_000_000) / spreadOf(turns).median)
}

/** One of the orders of so many, each in its turn. */
function orderOf(count: number, number: number): readonly number[] {
  const left = Array.from({ length: count }, (_, at) => at)
  let choice = number
  return Array.from({ length: count }, () => {
    const at = choice % left.length
    choice = Math.floor(choice / left.length)
    return left.splice(at, 1)[0] ?? 0
  })
}

function isEnough(rounds: readonly Rates[], within: number, elapsedMs: number): boolean {
  if (rounds.length < FEWEST_ROUNDS) return false
  if (rounds.length >= MOST_ROUNDS || elapsedMs >= MOST_MS) return true
  const others = (rounds[0] ?? []).slice(1)
  return others.every((_, at) => {
    const interval = medianInterval(rounds.map((rates) => (rates[at + 1] ?? 0) / (rates[0] ?? 0)))
    return interval !== undefined && interval.high - interval.low <= 2 * within
  })
}

/** How many messages too few were handled; below zero, too many. */
function lacking(app: WatchedApp | undefined, rounds: number): number {
  return (WARM_UP + rounds) * TURNS * TURN - (app?.handled() ?? 0)
}

function emitRate(name: string, value: number, missing: number, emit: Emit): void {
  emit(name, {
    value,
    operations: TURN * TURNS,
    faults: { lost: Math.max(missing, 0), doubled: Math.max(-missing, 0), outOfOrder: 0 },
    facts: { microsPerMessage: 1_000_000 / value },
  })
}
