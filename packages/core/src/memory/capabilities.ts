import type { Capabilities } from "../backend/capabilities.ts"
import { type Holds, MAX_NAME_LENGTH } from "../backend/rules/check-append.ts"

/** The most messages of one `append` call. */
export const MAX_BATCH = 10_000

/** What one message may hold. */
export const HOLDS: Holds = { maxMessageBytes: 16 * 1024 * 1024, maxNameLength: MAX_NAME_LENGTH }

/** What the memory backend can do. */
export function capabilitiesOf(partitions: number): Capabilities {
  return {
    contract: 1,
    name: "memory",
    tx: true,
    txRollback: true,
    durability: "nothing survives the process: for tests, examples and trying things out",
    persistent: false,
    reach: "process",
    wake: "push",
    partitions,
    maxMessageBytes: HOLDS.maxMessageBytes,
    maxBatch: MAX_BATCH,
  }
}
