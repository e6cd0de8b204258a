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
const TRY_LAST_SPANS = 16

/** A pause this long says that there was nothing to do: the span it falls into says nothing. */
const IDLE_MS = 5

/** By how much two at once have to be better: each of them is a commit of its own. */
const BETTER_BY = 1.02

/** How much the last try counts beside those before it, once there were some: a span is short, and whatever else the machine does falls into one or the other. */
const LAST_TRY_WEIGHT = 0.15

type Way = "one" | "two"

/**
 * With two batches away the storage works on one while this process prepares the next; but each is then half as large, and costs a commit. Which of them wins
 * depends on disks, networks and processors, so it is measured, under load only, for as long as the load lasts: now and then the other number is tried for a span, and
 * held beside the spans right before and after it. `now`: milliseconds of a clock that nobody sets.
 */
export function createPace(appendsAtOnce: number, now: () => number): Pace {
  if (appendsAtOnce < 2) return { most: () => 1, sent() {}, answered() {} }
  const gain = createGain()
  let best: Way = "one"
  let way: Way = best
  /** What the best way stored in the span before a try, and what the other did in it. */
  let before = 0
  let tried: number | undefined
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
  const choose = (beside: number, other: number): void => {
    const two = gain.add(best === "one" ? other / beside : beside / other)
    const chosen = two > BETTER_BY ? "two" : "one"
    pause = chosen === best ? Math.min(pause * 2, TRY_LAST_SPANS) : TRY_FIRST_SPANS
    spansLeft = pause
    best = chosen
  }
  const judge = (at: number): void => {
    const rate = Math.max(stored, 1) / Math.max(at - began, Number.EPSILON)
    if (way !== best) {
      tried = rate
      way = best
    } else {
      if (tried === undefined) spansLeft -= 1
      else choose(Math.sqrt(before * rate), tried)
      tried = undefined
      before = rate
      way = spansLeft > 0 ? best : otherThan(best)
    }
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

/** What two at once store for each that one stores: the (geometric) mean of the tries so far, the last ones counting most. */
function createGain(): { add(times: number): number } {
  let mean = 0
  let tries = 0
  return {
    add(times) {
      tries += 1
      mean += (Math.log(times) - mean) * Math.max(1 / tries, LAST_TRY_WEIGHT)
      return Math.exp(mean)
    },
  }
}

function otherThan(way: Way): Way {
  return way === "one" ? "two" : "one"
}
