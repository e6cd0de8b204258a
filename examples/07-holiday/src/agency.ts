import { setTimeout as pause } from "node:timers/promises"

/** How long the agency takes to answer. */
export const ANSWER_MS = 100

/** How long it waits for the second request of a pair, where it answers in pairs. */
const PATIENCE_MS = 10_000

/** The hotel that has no room left. */
export const FULL_HOTEL = "Belém"

/** There is no room left, and asking again will not make one. */
export class NoRoom extends Error {
  override readonly name = "NoRoom"
  readonly code = "no-room"
}

/** The world outside: takes bookings over a slow wire, and knows a repeated request by its key. */
export class Agency {
  /** Whether it answers when two requests are under way: only who asks for both at once is served soon. */
  inPairs = true
  readonly #answers = new Map<string, string>()
  #waiting: (() => void)[] = []
  #asked = 0
  #most = 0

  /** The most requests that were under way at a time. */
  get most(): number {
    return this.#most
  }

  /** How many bookings stand. */
  get booked(): number {
    return this.#answers.size
  }

  async book(what: string, key: string): Promise<string> {
    this.#asked += 1
    this.#most = Math.max(this.#most, this.#asked)
    await (this.inPairs ? this.#pair() : pause(ANSWER_MS))
    this.#asked -= 1
    if (what.includes(FULL_HOTEL)) throw new NoRoom(`${what} is full`)
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = `${what} booked`
    this.#answers.set(key, answer)
    return answer
  }

  /** Resolves for both when the second comes. */
  async #pair(): Promise<void> {
    const partner = this.#waiting.pop()
    if (partner !== undefined) return partner()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    await Promise.race([promise, pause(PATIENCE_MS, undefined, { ref: false })])
  }

  async cancel(key: string): Promise<void> {
    await pause(ANSWER_MS)
    this.#answers.delete(key)
  }
}
