import type { App, RunOptions } from "@millrace/core"
import { onTestFinished } from "vitest"

/** An app that runs until the test stops it, or has finished. */
export interface Running {
  /** Resolves when the app has stopped. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export function running(app: Pick<App, "run">, options: RunOptions = {}): Running {
  const abort = new AbortController()
  const ended = Promise.resolve(app.run({ ...options, signal: abort.signal })).then(() => {})
  const stop = async (): Promise<void> => {
    abort.abort()
    await ended
  }
  onTestFinished(() => stop().catch(() => {}))
  return { ended, stop }
}
