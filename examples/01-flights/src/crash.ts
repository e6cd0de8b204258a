import { setTimeout } from "node:timers/promises"

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
  await worker.freeze()
  const before = await holding(app, worker.name)
  if (before === undefined) {
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

/** How many answers of the storage a stopped worker's last calls are given to land. */
const LANDING_CALLS = 3

/** A stopped process that holds leases, also when what it had sent already has landed; `undefined` when it holds none. */
async function holding(app: FlightsApp, name: string) {
  const askedAt = performance.now()
  const atOnce = await processOf(app, name)
  if (atOnce === undefined || atOnce.leases === 0) return undefined
  await setTimeout(LANDING_CALLS * (performance.now() - askedAt))
  const after = await processOf(app, name)
  return after === undefined || after.leases === 0 ? undefined : after
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
