import type { Backend } from "../backend/backend.ts"
import type { Owner } from "../backend/process.ts"
import type { ErrorStrategy } from "../reactor/error-strategy.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Registration } from "../reactor/registration.ts"
import type { Clock } from "./clock.ts"
import type { DocumentWatch } from "./document-watch.ts"
import type { HeldAccess } from "./held-access.ts"
import type { Instrumentation } from "./instrumentation.ts"
import type { Limits } from "./limits.ts"
import type { Room } from "./room.ts"
import type { SliceSizes } from "./slice-size.ts"

/** What the workers of one app share. */
export interface Crew {
  readonly backend: Backend
  readonly clock: Clock
  readonly logger: Logger
  readonly instrumentation: Instrumentation | undefined
  readonly limits: Limits
  readonly sizes: SliceSizes
  /** How many claims were begun, how many of them have been answered, which share of the last ones that found something brought several slices, and whether the last one left nothing. */
  readonly claims: { begun: number; answered: number; company: number; leftNothing: boolean }
  readonly owner: () => Owner
  readonly registration: (group: string) => Registration | undefined
  readonly strategy: (registration: Registration) => ErrorStrategy
  /** Makes what a group's reactor may ask for: one for each stream, held under the lease whose signal is given. */
  readonly access: (group: string) => (lease: AbortSignal) => HeldAccess
  /** In-process hand-off: messages of these types were just stored, schedules made, or lanes opened in this group. */
  readonly handOff: (news: {
    readonly types?: readonly string[]
    readonly schedules?: boolean
    readonly group?: string
  }) => void
  /** These documents were just stored. */
  readonly documents: DocumentWatch["put"]
  /** Work that goes on after its slice was settled; stopping waits for it. */
  readonly background: (work: Promise<void>) => void
  /** A slice being delivered: waiting for quiet waits for it. Answers the same promise. */
  readonly delivering: <T>(delivery: Promise<T>) => Promise<T>
  /** For slices of reactors that mostly wait: they go on without the worker that claimed them. */
  readonly besideWorkers: Room
  /** Of which groups and types, a line each, was told that this process is older than its peers. */
  readonly outdatedTold: Set<string>
  /** The storage has told its time. */
  readonly storageTime: (now: number) => void
  /** The storage's clock minus this process's, as far as known. */
  readonly storageOffsetMs: () => number
  readonly pause: (ms: number) => Promise<void>
}
