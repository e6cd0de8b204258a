import {
  type App,
  createApp,
  silentLogger,
  systemClock,
  type Append,
  type Backend,
  type Listening,
  type Settlement,
  type Slice,
} from "@millrace/core"

import type { OpenLog } from "../../src/conformance/index.ts"
import { type CastGroup, GROUPS } from "./cast.ts"
import type { Ledger } from "./ledger.ts"

/** A slice that is not settled yet, and the group it is of as it was called then. */
export interface Held {
  readonly slice: Slice
  readonly cast: CastGroup
}

export interface Tried extends Held {
  readonly settlement: Settlement
  /** Whether it took effect; a settle in log order of which a part was not stored may still be settled. */
  readonly applied: boolean
}

/** What a player works with and remembers beside the log: all of it follows from the steps alone. */
export interface Stage {
  readonly log: OpenLog
  readonly ledger: Ledger
  /** The process that goes on: on a backend object of its own. */
  backend: Backend
  app: App
  now: number
  /** The groups as they are called now. */
  casts: readonly CastGroup[]
  held: readonly Held[]
  lastAppends: readonly Append[]
  settlements: readonly Tried[]
  /** Who holds a process name, as the last refusal told. */
  readonly pulses: Map<string, { readonly bootId: string; readonly beats: number }>
  listening: Listening | undefined
}

export async function openStage(log: OpenLog, ledger: Ledger): Promise<Stage> {
  const { backend } = log
  const { now } = await backend.promote(1)
  const stage = {
    log,
    ledger,
    backend,
    now,
    casts: GROUPS,
    held: [],
    lastAppends: [],
    settlements: [],
    pulses: new Map<string, { readonly bootId: string; readonly beats: number }>(),
    listening: undefined,
  }
  const app = await appOn(backend, () => stage.now)
  return Object.assign(stage, { app })
}

/** An app without workers, which goes by the storage's time. */
export function appOn(backend: Backend, now: () => number): Promise<App> {
  return createApp({ backend, migrate: false, logger: silentLogger, clock: { ...systemClock, now } })
}
