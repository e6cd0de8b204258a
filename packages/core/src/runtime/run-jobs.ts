import type { Job } from "./job.ts"
import type { Prepared } from "./prepare.ts"

/** Jobs running side by side, a bounded number at a time. */
export interface RunningJobs {
  /** Resolves when all jobs are prepared, or the time is up. */
  within(timeUp: Promise<void>): Promise<void>
  prepared(job: Job): Prepared | undefined
  /** The running preparation of a job that was started and is not done; `undefined` for one that never was. */
  running(job: Job): Promise<Prepared> | undefined
  /** Starts no further job. */
  close(): void
}

/** Starts preparing jobs, at most `atOnce` at a time, in their order. */
export function runJobs(
  jobs: readonly Job[],
  atOnce: number,
  prepareOne: (job: Job) => Promise<Prepared>,
): RunningJobs {
  const running = new Map<Job, Promise<Prepared>>()
  const prepared = new Map<Job, Prepared>()
  let closed = false
  let failed: { readonly error: unknown } | undefined
  const waiting = jobs[Symbol.iterator]()
  const lane = async (): Promise<void> => {
    for (const job of waiting) {
      if (closed) return
      const preparing = prepareOne(job)
      running.set(job, preparing)
      try {
        prepared.set(job, await preparing)
      } catch (error) {
        failed = { error }
        closed = true
      }
    }
  }
  const all = Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, lane))
  return {
    async within(timeUp) {
      await Promise.race([all, timeUp])
      if (failed !== undefined) throw failed.error
    },
    prepared: (job) => prepared.get(job),
    running: (job) => (prepared.has(job) ? undefined : running.get(job)),
    close() {
      closed = true
    },
  }
}
