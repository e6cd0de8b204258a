import type { Instant } from "../message/ids.ts"

/** The runtime's clock, and its event loop's turns, for reactors that wait for code of their users. */
export interface HandlerTime {
  now(): Instant
  /** The storage's time, as far as this process knows it. */
  storageNow(): Instant
  /** Calls back once after `ms` milliseconds. Answers a function that cancels it. */
  setTimer(ms: number, run: () => void): () => void
  /** Resolves when everything that can go on without waiting for anything outside has gone on. */
  turn(): Promise<void>
}
