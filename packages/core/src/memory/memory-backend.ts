import type { Backend } from "../backend/backend.ts"
import { residentBackend } from "../backend/resident/resident-backend.ts"
import type { Json } from "../message/json.ts"
import { messageSource } from "../message/source.ts"
import { MEMORY } from "./capabilities.ts"
import { forgetfulStorage } from "./forgetful-storage.ts"
import { draftedWork, type MemoryTx, type UserTables } from "./user-tables.ts"

/** How a log in memory is made. */
export interface MemoryOptions {
  /** The storage's clock. Default: the one that messages get their instants from. */
  readonly clock?: { now(): number }
  /** Default: `DEFAULT_PARTITIONS`. */
  readonly partitions?: number
}

/** A log in memory, and the rows that user's work wrote beside it. */
export interface MemoryBackend extends Backend<MemoryTx> {
  /** The rows of a user's table as they are stored. */
  rows(table: string): ReadonlyMap<string, Json>
}

/**
 * The whole contract in memory: a resident log that is kept nowhere, and the contract's executable specification. Several apps may share one instance, as processes share a log.
 * Writes run one at a time; a settle's user work holds the others back until it ends. Reads never wait, and never see half a write.
 */
export function memoryBackend({
  clock = { now: () => messageSource().now() },
  ...options
}: MemoryOptions = {}): MemoryBackend {
  const tables: UserTables = new Map()
  const backend = residentBackend<MemoryTx>({
    ...options,
    clock,
    capabilities: MEMORY,
    logName: "memory",
    storage: forgetfulStorage(),
    beginWork: () => draftedWork(tables),
  })
  // Its `capabilities` are looked up each time, so they can not be spread.
  return Object.assign(backend, { rows: (table: string) => new Map(tables.get(table)) })
}
