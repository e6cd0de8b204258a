import type { Instant } from "../../message/ids.ts"
import { DEFAULT_PARTITIONS } from "../../stream/partition.ts"
import type { Backend } from "../backend.ts"
import type { Capabilities } from "../capabilities.ts"
import { MAX_NAME_LENGTH } from "../rules/check-append.ts"
import { checkWholeOption } from "../rules/check-options.ts"
import { append } from "./append.ts"
import { claim } from "./claim.ts"
import { documents } from "./documents.ts"
import { extend } from "./extend.ts"
import { ensureGroup } from "./groups.ts"
import { OpenLog } from "./open-log.ts"
import { operatorOf } from "./operator/index.ts"
import { heartbeat } from "./processes.ts"
import { read } from "./read.ts"
import { ROWS_FORMAT } from "./row-of.ts"
import type { RowStorage } from "./row-storage.ts"
import { promote } from "./schedules.ts"
import type { SettleWork } from "./settle-work.ts"
import { settle } from "./settle.ts"

/** What a resident log can do, but for what it decides by itself. */
export type ResidentCapabilities = Pick<
  Capabilities,
  "name" | "durability" | "persistent" | "maxMessageBytes" | "maxBatch"
>

/** How a resident log is made. `Tx`: what user's work gets inside a settle. */
export interface ResidentOptions<Tx = never> {
  readonly capabilities: ResidentCapabilities
  readonly storage: RowStorage
  /** What `stats` calls the log, and `uninstall` wants to hear. */
  readonly logName: string
  /** The storage's clock. */
  readonly clock: { now(): Instant }
  /** How many partitions a new log gets. Default: `DEFAULT_PARTITIONS`. */
  readonly partitions?: number
  /** Begins the user's work of a settle. Left out, the backend has no `tx`, and refuses work. */
  readonly beginWork?: () => SettleWork<Tx>
}

/** The most partitions of a log. */
const MAX_PARTITIONS = 1_024

/**
 * The whole contract over a log whose state is in the process; what a write changes is kept as rows of JSON before the write answers. It is what memory is made of, and a backend for any
 * storage that keeps rows: see `RowStorage`. Writes run one at a time; a settle's user work holds the others back until it ends. Reads never wait, and never see half a write.
 * Throws `invalid` for a number of partitions that no log has.
 */
export function residentBackend<Tx = never>({
  capabilities,
  storage,
  logName,
  clock,
  partitions = DEFAULT_PARTITIONS,
  beginWork,
}: ResidentOptions<Tx>): Backend<Tx> {
  checkWholeOption("partitions", partitions, MAX_PARTITIONS)
  const { name, maxBatch, maxMessageBytes } = capabilities
  const holds = { maxMessageBytes, maxNameLength: MAX_NAME_LENGTH }
  const log = new OpenLog(name, storage, { name: logName, clock, holds, maxBatch })
  const can: Omit<Capabilities, "partitions"> = {
    contract: 1,
    ...capabilities,
    tx: beginWork !== undefined,
    txRollback: beginWork !== undefined,
    reach: "process",
    wake: "push",
  }
  let told: Capabilities = { ...can, partitions }
  return {
    get capabilities() {
      const stored = log.partitions ?? partitions
      if (stored !== told.partitions) told = { ...can, partitions: stored }
      return told
    },
    operator: operatorOf(logName, log),
    async migrate({ dryRun = false } = {}) {
      const made = log.migrate(partitions, { dryRun })
      return { steps: made ? [`make a log of ${partitions} partitions in ${name}`] : [], format: ROWS_FORMAT }
    },
    close: async () => log.close(),
    append: (appends) => log.write((state) => append(state, appends)),
    read: (query) => log.look((state) => read(state, query)),
    documents: (query) => log.look((state) => documents(state, query)),
    ensureGroup: (spec) => log.write((state) => ensureGroup(state, spec)),
    claim: (request) => log.write((state) => claim(state, request)),
    // These two touch nothing that a settle in progress decides by, and must not wait for its user's work.
    extend: (lease, leaseMs) => log.writeAtOnce((state) => extend(state, lease, leaseMs)),
    heartbeat: (beat) => log.writeAtOnce((state) => heartbeat(state, beat)),
    settle: (settlement) => log.writeJudged((state) => settle(state, beginWork, settlement)),
    promote: (limit) => log.write((state) => promote(state, limit)),
    listen: async (onWake) => log.listen(onWake),
  }
}
