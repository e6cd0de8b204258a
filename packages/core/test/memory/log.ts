import type { Append, Backend, Message, PartitionSlice, SettlePart, Slice } from "../../src/backend/index.ts"
import { memoryBackend, type MemoryBackend, type MemoryTx } from "../../src/memory/index.ts"

export const OWNER = { processName: "p", bootId: "p-1" }
export const GROUP = "g"

let made = 0

/** An event with an id of its own. */
export function event(streamId: string, fields: Partial<Message> = {}): Message {
  made += 1
  const id = `00000000-0000-7000-8000-${String(made).padStart(12, "0")}`
  const createdAt = "2030-01-01T00:00:00.000Z"
  const plain = { id, kind: "event", type: "happened", streamId, payload: null, metadata: {} } as const
  return { ...plain, causationId: id, correlationId: id, createdAt, ...fields }
}

/** An append of some messages of one stream that expects nothing. */
export function appendOf(...messages: readonly [Message, ...Message[]]): Append {
  return { streams: [{ streamId: messages[0].streamId, expected: "any", messages }] }
}

/** A migrated log of one partition, on a clock that stands still until it is moved. */
export async function openLog(): Promise<{ readonly backend: MemoryBackend; readonly pass: (ms: number) => void }> {
  let now = Date.UTC(2030, 0, 1)
  const backend = memoryBackend({ partitions: 1, clock: { now: () => now } })
  await backend.migrate()
  return { backend, pass: (ms) => (now += ms) }
}

/** Creates the group, or adds types to it. */
export async function ensure(
  backend: Backend<MemoryTx>,
  {
    order = "stream",
    types = ["happened"],
  }: { readonly order?: "stream" | "key" | "log"; readonly types?: readonly string[] } = {},
): Promise<void> {
  await backend.ensureGroup({ group: GROUP, order, start: { at: "beginning" }, types, owner: OWNER, maxLanes: 100 })
}

/** Claims something of the group. */
export async function claim(backend: Backend<MemoryTx>, types: readonly string[] = ["happened"]): Promise<Slice> {
  const slice = await backend.claim({ owner: OWNER, leaseMs: 1_000, groups: [{ group: GROUP, types, limit: 100 }] })
  if (slice.kind === "idle") throw new Error(`expected a slice, got ${JSON.stringify(slice)}`)
  return slice
}

/** Claims a partition of the group. */
export async function claimPartition(backend: Backend<MemoryTx>): Promise<PartitionSlice> {
  const slice = await claim(backend)
  if (slice.source !== "partition") throw new Error(`expected a slice of a partition, got ${JSON.stringify(slice)}`)
  return slice
}

/** Settles a partition with these parts. */
export function settle(
  backend: Backend<MemoryTx>,
  slice: PartitionSlice,
  ...parts: readonly SettlePart<MemoryTx>[]
): ReturnType<Backend["settle"]> {
  return backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, skipped: slice.skipped, parts })
}
