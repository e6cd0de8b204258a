/** How many batches are to be away at once, found out by what each number stores. */
export interface Pace {
  /** How many may be away. */
  most(): number
  sent(): void
  answered(appends: number): void
}

/** How many answers a number is measured over. */
const SPAN_ANSWERS = 32

/** After how many of such spans the other number is tried again: twice as long each time it is no better. A process that has just begun gets faster by itself, so the first tries come soon. */
const TRY_FIRST_SPANS = 2
const TRY_LAST_SPANS = 64

/** A pause this long says that there was nothing to do: the span it falls into says nothing. */
const IDLE_MS = 5

/** By how much two at once have to be better: each of them is a commit of its own. */
const BETTER_BY = 1.05

/** How much the last span counts beside those before it. */
const LAST_SPAN_WEIGHT = 0.5

type Way = "one" | "two"

/**
 * With two batches away the storage works on one while this process prepares the next; but each is then half as large, and costs a commit. Which of them wins
 * depends on disks, networks and processors, so it is measured, under load only, for as long as the load lasts. `now`: milliseconds of a clock that nobody sets.
 */
export function createPace(appendsAtOnce: number, now: () => number): Pace {
  if (appendsAtOnce < 2) return { most: () => 1, sent() {}, answered() {} }
  const rates: Record<Way, number> = { one: 0, two: 0 }
  let way: Way = "one"
  let best: Way = "one"
  let pause = TRY_FIRST_SPANS
  let spansLeft = pause
  let away = 0
  let last = 0
  let began = 0
  let answers = 0
  let stored = 0

  const restart = (at: number): void => {
    began = at
    answers = 0
    stored = 0
  }
  const judge = (at: number): void => {
    const rate = stored / Math.max(at - began, Number.EPSILON)
    rates[way] = rates[way] === 0 ? rate : rates[way] + (rate - rates[way]) * LAST_SPAN_WEIGHT
    const chosen = rates.two > rates.one * BETTER_BY ? "two" : "one"
    const other = chosen === "one" ? "two" : "one"
    const inVain = way === other && chosen === best
    if (chosen !== best) pause = TRY_FIRST_SPANS
    else if (inVain) pause = Math.min(pause * 2, TRY_LAST_SPANS)
    spansLeft = chosen !== best || inVain ? pause : spansLeft - 1
    best = chosen
    way = rates[other] === 0 || spansLeft === 0 ? other : best
    restart(at)
  }
  return {
    most: () => (way === "two" ? appendsAtOnce : 1),
    sent() {
      const at = now()
      if (away === 0 && at - last > IDLE_MS) restart(at)
      away += 1
    },
    answered(appends) {
      away -= 1
      last = now()
      answers += 1
      stored += appends
      if (answers >= SPAN_ANSWERS) judge(last)
    },
  }
}
