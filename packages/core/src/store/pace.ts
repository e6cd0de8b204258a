/** How many batches are to be away at once, found out by what each number stores. */
export interface Pace {
  /** How many may be away. */
  most(): number
  sent(): void
  answered(appends: number): void
}

/** How many answers a number is measured over, and every how many of such spans the other one is tried again. */
const SPAN_ANSWERS = 32
const TRY_EVERY_SPANS = 16

/** A pause this long says that there was nothing to do: the span it falls into says nothing. */
const IDLE_MS = 5

/** By how much two at once have to be better: each of them is a commit of its own. */
const BETTER_BY = 1.05

/** How much the last span counts beside those before it. */
const LAST_SPAN_WEIGHT = 0.5

/**
 * With two batches away the storage works on one while this process prepares the next; but each is then half as large, and costs a commit. Which of them wins
 * depends on disks, networks and processors, so it is measured, under load only, for as long as the load lasts. `now`: milliseconds of a clock that nobody sets.
 */
export function createPace(appendsAtOnce: number, now: () => number): Pace {
  if (appendsAtOnce < 2) return { most: () => 1, sent() {}, answered() {} }
  const rates = { one: 0, two: 0 }
  let way: keyof typeof rates = "one"
  let spans = 0
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
    const best = rates.two > rates.one * BETTER_BY ? "two" : "one"
    const other = best === "one" ? "two" : "one"
    spans += 1
    way = rates[other] === 0 || spans % TRY_EVERY_SPANS === 0 ? other : best
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
