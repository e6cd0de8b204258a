import type { Logger } from "../reactor/logger.ts"
import type { Clock } from "./clock.ts"

/** The shortest and the longest pause after a failure of a background loop. */
export const RESTART_MIN_MS = 50
export const RESTART_MAX_MS = 5_000

/** A background loop that no error ends. */
export interface Supervised {
  /** Ends the loop after its current turn. */
  stop(): Promise<void>
}

/**
 * Runs `turn` again and again until stopped. A turn resolves to how long to wait before the next (0: at once). A turn that throws is
 * logged and tried again after a pause that doubles up to `RESTART_MAX_MS`. `wake` cuts a pause short.
 */
export function supervise(
  name: string,
  turn: () => Promise<number>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Supervised & { readonly wake: () => void } {
  let stopped = false
  let woken = false
  let interrupt = (): void => {}
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopped || woken || ms <= 0) return resolve()
      const cancel = clock.setTimer(ms, resolve)
      interrupt = () => {
        cancel()
        resolve()
      }
    })
  const loop = async (): Promise<void> => {
    let failures = 0
    while (!stopped) {
      woken = false
      let waitMs: number
      try {
        waitMs = await turn()
        failures = 0
      } catch (error) {
        waitMs = Math.min(RESTART_MAX_MS, RESTART_MIN_MS * 2 ** failures)
        failures = Math.min(failures + 1, 10)
        logger.error({ err: error, loop: name, againInMs: waitMs }, `${name} failed and is tried again`)
      }
      await pause(waitMs)
    }
  }
  const ended = loop()
  return {
    wake() {
      woken = true
      interrupt()
    },
    async stop() {
      stopped = true
      interrupt()
      await ended
    },
  }
}
