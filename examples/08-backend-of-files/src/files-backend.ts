import { basename, resolve } from "node:path"

import {
  type Backend,
  BackendError,
  type Capabilities,
  checkLimit,
  DEFAULT_PARTITIONS,
  type Instant,
  type Operator,
} from "@millrace/core/backend"

import { append, HOLDS, MAX_BATCH, promote } from "./append.ts"
import { claim } from "./claim.ts"
import { ensureGroup } from "./groups.ts"
import { extend, stopGroup } from "./leases.ts"
import * as groups from "./operator/groups.ts"
import * as lanes from "./operator/lanes.ts"
import * as whole from "./operator/log.ts"
import { resetGroup } from "./operator/reset-group.ts"
import { discardLane, skip } from "./operator/skip.ts"
import { dump, restore } from "./operator/transfer.ts"
import { trimCategory } from "./operator/trim-category.ts"
import { trim } from "./operator/trim.ts"
import { heartbeat, processes } from "./processes.ts"
import { documents, read } from "./read.ts"
import { settle } from "./settle.ts"
import { Store } from "./store.ts"
import { editGroup } from "./waiting.ts"

/** How a log in files is opened. */
interface FilesOptions {
  readonly folder: string
  /** How many partitions a new log gets. Default: `DEFAULT_PARTITIONS`. */
  readonly partitions?: number
  /** Whether a write answers only when the disk has it. Default true; false for tests: a loss of power may then take the last writes. */
  readonly durable?: boolean
  /** The storage's clock. Default: the machine's. */
  readonly now?: () => Instant
}

/** A log in a folder of files, owned by one process. Reads and writes are synchronous inside, so none ever meets half of another. */
export function filesBackend({
  folder,
  partitions = DEFAULT_PARTITIONS,
  durable = true,
  now = Date.now,
}: FilesOptions): Backend<never> {
  checkLimit("partitions", partitions)
  const store = new Store({ folder: resolve(folder), partitions, durable, now })
  return {
    get capabilities() {
      return capabilitiesOf(store.partitions, durable)
    },
    operator: operatorOf(store, basename(resolve(folder))),
    migrate: async ({ dryRun = false } = {}) => store.migrate(dryRun),
    close: async () => store.close(),
    append: async (appends) => store.write((log) => append(log, appends)),
    read: async (query) => store.look((log) => read(log, query)),
    documents: async (query) => store.look((log) => documents(log, query)),
    ensureGroup: async (spec) => store.write((log) => ensureGroup(log, spec)),
    claim: async (request) => store.write((log) => claim(log, request)),
    extend: async (lease, leaseMs) => store.write((log) => extend(log, lease, leaseMs)),
    settle: async (settlement) => store.write((log) => settle(log, settlement)),
    promote: async (limit) => store.write((log) => promote(log, limit)),
    heartbeat: async (beat) => store.write((log) => heartbeat(log, beat)),
    async listen(onWake) {
      const close = store.listen(onWake)
      return { close: async () => close() }
    },
  }
}

function capabilitiesOf(partitions: number, durable: boolean): Capabilities {
  return {
    name: "files",
    contract: 1,
    tx: false,
    txRollback: false,
    persistent: true,
    reach: "process",
    wake: "push",
    partitions,
    durability: durable
      ? "every write is on the disk before it is answered, and survives a loss of power"
      : "writes survive the end of the process; a loss of power may take the last ones",
    maxMessageBytes: HOLDS.maxMessageBytes,
    maxBatch: MAX_BATCH,
  }
}

function operatorOf(store: Store, name: string): Operator {
  return {
    stats: async () => store.look((log) => whole.stats(log, name)),
    groups: async (names) => store.look((log) => groups.groups(log, names)),
    startGroup: async (group) => store.write((log) => groups.startGroup(log, group)),
    stopGroup: async (group, why) => store.write((log) => stopGroup(log, editGroup(log, group), why)),
    resetGroup: async (group, to, options) => store.write((log) => resetGroup(log, group, to, options)),
    skip: async (group, position) => store.write((log) => skip(log, group, position)),
    renameGroup: async (from, to) => store.write((log) => groups.renameGroup(log, from, to)),
    deleteGroup: async (group) => store.write((log) => groups.deleteGroup(log, group)),
    lanes: async (query) => store.look((log) => lanes.lanes(log, query)),
    retryLanes: async (group, keys) => store.write((log) => lanes.retryLanes(log, group, keys)),
    discardLane: async (group, key) => store.write((log) => discardLane(log, group, key)),
    streams: async (query) => store.look((log) => whole.streams(log, query)),
    schedules: async (query) => store.look((log) => whole.schedules(log, query)),
    cancelSchedules: async (ids) => store.write((log) => whole.cancelSchedules(log, ids)),
    reschedule: async (ids, at) => store.write((log) => whole.reschedule(log, ids, at)),
    trim: async (upto, options) => store.write((log) => trim(log, upto, options)),
    trimCategory: async (category, how) => store.write((log) => trimCategory(log, category, how)),
    processes: async () => store.look(processes),
    progress: async (streamId, position) => store.look((log) => groups.progress(log, streamId, position)),
    dump: async (query) => store.look((log) => dump(log, query)),
    restore: async (records) => store.write((log) => restore(log, records)),
    async uninstall(confirm) {
      if (confirm !== name)
        throw new BackendError("invalid", `uninstall removes the whole log: confirm with its name, "${name}"`)
      store.uninstall()
    },
  }
}
