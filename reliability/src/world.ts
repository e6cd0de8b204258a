import type { App } from "@millrace/core"
import type { TcpProxy } from "@millrace/testing"

import type { Deployment } from "./bank/reactors.ts"
import type { Member } from "./fleet/member.ts"
import type { Storage } from "./storages/storage.ts"

/** What faults are made in. */
export interface World {
  readonly storage: Storage
  readonly workers: readonly Worker[]
  readonly clients: readonly Member[]
  /** Each process has a way to the server of its own; none where the storage is a file. */
  readonly proxies: readonly TcpProxy[]
  /** Somebody who looks after the groups, and is never disturbed but by the server. */
  readonly operator: App
  /** Aborts when the run is to end at once. */
  readonly signal: AbortSignal
}

export interface Worker extends Member {
  /** What it is started as from now on. */
  deployment: Deployment
}
