import type { Backend } from "../backend/backend.ts"
import { BackendError } from "../backend/errors.ts"
import type { Json } from "../message/json.ts"
import { messageSource } from "../message/source.ts"
import { DEFAULT_PARTITIONS } from "../stream/partition.ts"
import { append } from "./append.ts"
import { capabilitiesOf } from "./capabilities.ts"
import { claim } from "./claim.ts"
import { documents } from "./documents.ts"
import { closed, notMigrated } from "./errors.ts"
import { extend } from "./extend.ts"
import { ensureGroup } from "./groups.ts"
import { listeners } from "./listen.ts"
import { emptyLog, type LogState } from "./log-state.ts"
import { type Doors, operatorOf } from "./operator/index.ts"
import { heartbeat } from "./processes.ts"
import { read } from "./read.ts"
import { promote } from "./schedules.ts"
import { settle } from "./settle.ts"
import type { MemoryTx, UserTables } from "./user-tables.ts"
import { writeQueue } from "./write-queue.ts"

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

/** The most partitions of a log. */
const MAX_PARTITIONS = 1_024

/** The format of the log. Nothing outlives the process, so there is only one. */
const FORMAT = 1

/**
 * The whole contract in memory: its executable specification. Several apps may share one instance, as processes share a log.
 * Writes run one at a time; a settle's user work holds the others back until it ends. Reads never wait, and never see half a write.
 */
export function memoryBackend({
  clock = { now: () => messageSource().now() },
  partitions = DEFAULT_PARTITIONS,
}: MemoryOptions = {}): MemoryBackend {
  if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS)
    throw new BackendError("invalid", `${partitions} partitions: give a whole number from 1 to ${MAX_PARTITIONS}`)
  let log = emptyLog(partitions, clock)
  const tables: UserTables = new Map()
  const queue = writeQueue()
  const ears = listeners(() => log.news)
  let open = true
  const usable = (): LogState => {
    if (!open) throw closed()
    if (!log.migrated) throw notMigrated()
    return log
  }
  const doors: Doors = {
    look: async (look) => look(usable()),
    write: (write) => queue.run(() => told(() => write(usable()))),
    wipe: () =>
      queue.run(() => {
        usable()
        log = emptyLog(partitions, clock)
      }),
  }
  const told = <T>(write: () => T): T => {
    const result = write()
    ears.tell()
    return result
  }
  return {
    capabilities: capabilitiesOf(partitions),
    operator: operatorOf(doors),
    rows: (table) => new Map(tables.get(table)),
    async migrate({ dryRun = false } = {}) {
      if (!open) throw closed()
      const steps = log.migrated ? [] : [`make a log of ${partitions} partitions in memory`]
      if (!dryRun) log.migrated = true
      return { steps, format: FORMAT }
    },
    async close() {
      open = false
      ears.close()
    },
    append: (appends) => doors.write((state) => append(state, appends)),
    read: (query) => doors.look((state) => read(state, query)),
    documents: (query) => doors.look((state) => documents(state, query)),
    ensureGroup: (spec) => doors.write((state) => ensureGroup(state, spec)),
    claim: (request) => doors.write((state) => claim(state, request)),
    // These two touch nothing that a settle in progress decides by, and must not wait for its user's work.
    extend: (lease, leaseMs) => doors.look((state) => extend(state, lease, leaseMs)),
    heartbeat: (beat) => doors.look((state) => told(() => heartbeat(state, beat))),
    settle: (settlement) =>
      queue.run(async () => {
        const settled = await settle(usable(), tables, settlement)
        ears.tell()
        return settled
      }),
    promote: (limit) => doors.write((state) => promote(state, limit)),
    async listen(onWake) {
      usable()
      return ears.listen(onWake)
    },
  }
}
