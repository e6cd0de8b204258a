import { Transform } from "node:stream"
import { setTimeout as pause } from "node:timers/promises"

/** Which bytes: what clients say, what the server answers, or both. */
export type TcpWay = "both" | "requests" | "answers"

/** What decides when bytes go on. */
export interface TcpGate {
  /** How many pieces of data wait at it. */
  readonly held: number
  /** A stream through the gate, for the bytes of one direction of one connection. Ends go through it as data do. */
  passage(way: Exclude<TcpWay, "both">): Transform
  /** Lets everything through at once. */
  open(): void
  /** Lets everything through, so much later. */
  delay(ms: number): void
  /** Lets nothing through in this direction until it is opened or delays. */
  shut(way: TcpWay): void
}

/** An open gate. */
export function gate(): TcpGate {
  let delayMs = 0
  let shut: TcpWay | undefined
  let opened = Promise.withResolvers<void>()
  const free = (ms: number): void => {
    delayMs = ms
    shut = undefined
    opened.resolve()
    opened = Promise.withResolvers<void>()
  }
  let held = 0
  const wait = async (way: TcpWay): Promise<void> => {
    held += 1
    if (delayMs > 0) await pause(delayMs)
    while (shut === "both" || shut === way) await opened.promise
    held -= 1
  }
  const isFree = (way: TcpWay): boolean => delayMs === 0 && shut !== "both" && shut !== way
  return {
    get held() {
      return held
    },
    passage: (way) =>
      new Transform({
        transform(chunk, _encoding, done) {
          if (isFree(way)) done(null, chunk)
          else void wait(way).then(() => done(null, chunk))
        },
        flush(done) {
          if (isFree(way)) done()
          else void wait(way).then(() => done())
        },
      }),
    open: () => free(0),
    delay: (ms) => free(ms),
    shut(way) {
      shut = way
    },
  }
}
