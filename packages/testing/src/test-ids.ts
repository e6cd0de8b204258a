import type { Clock, MessageSource } from "@millrace/core"

import { testClock } from "./test-clock.ts"

/** The largest counter that 12 bits hold. */
const COUNTER_MAX = 0xfff

/**
 * Instants and ids that are the same on every run: UUIDs of version 7 from the clock's time, a counter and numbers drawn from `seed`.
 * Hand it to `useMessageSource`, or give its `newId` wherever an id is wanted.
 */
export function testIds(seed = 1, clock: Pick<Clock, "now"> = testClock()): MessageSource {
  const random = numbersFrom(seed)
  let lastMs = 0
  let counter = 0
  return {
    now: () => clock.now(),
    newId() {
      counter += 1
      if (clock.now() > lastMs) {
        lastMs = clock.now()
        counter = 0
      } else if (counter > COUNTER_MAX) {
        lastMs += 1
        counter = 0
      }
      const time = hex(lastMs, 12)
      const variant = 0x8000 | (random() & 0x3fff)
      const tail = hex(random() & 0xffff, 4) + hex(random(), 8)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(counter, 3)}-${hex(variant, 4)}-${tail}`
    },
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0")
}

/** Whole numbers of 32 bits, the same ones for the same seed (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
