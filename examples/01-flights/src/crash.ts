import type { FlightsApp } from "./flights-app.ts"
import type { Hire, WorkerHandle } from "./worker-handle.ts"

/** How the crash went. */
export interface Crash {
  readonly settled: number
  readonly leases: number
  readonly recoveredMs: number
  /** The worker that took the dead one's place, under its name. */
  readonly successor: WorkerHandle
}

export interface CrashOptions {
  /** How many flights are settled. */
  readonly settled: number
  readonly hire: Hire
  /** Waits a moment. */
  readonly look: () => Promise<void>
  readonly onKilled: () => void
}

/**
 * Kills a worker, provided it holds leases at this moment: it is stopped in mid-movement, looked at, and then killed or let go on.
 * Starts another under its name at once. `undefined`: it held nothing.
 */
export async function crash(
  app: FlightsApp,
  worker: WorkerHandle,
  { settled, hire, look, onKilled }: CrashOptions,
): Promise<Crash | undefined> {
  worker.freeze()
  await look() // what it had sent already lands first
  const before = await processOf(app, worker.name)
  if (before === undefined || before.leases === 0) {
    worker.thaw()
    return undefined
  }
  await worker.kill()
  onKilled()
  const killedAt = performance.now()
  const { leases } = (await processOf(app, worker.name)) ?? before
  const successor = hire(worker.name)
  await Promise.race([successor.failed, untilAtWork(app, successor.name, look, before.bootId)])
  return { settled, leases, recoveredMs: performance.now() - killedAt, successor }
}

/** Resolves when the process of this name works: it has the name, and with it whatever a dead one of that name held. */
export async function untilAtWork(
  app: FlightsApp,
  name: string,
  look: () => Promise<void>,
  deadBootId?: string,
): Promise<void> {
  for (;;) {
    const found = await processOf(app, name)
    if (found !== undefined && found.live && found.bootId !== deadBootId) return
    await look()
  }
}

async function processOf(app: FlightsApp, name: string) {
  return (await app.processes()).find(({ processName }) => processName === name)
}
