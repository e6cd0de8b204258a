import { expect, it } from "vitest"

import {
  type Backend,
  BackendError,
  residentBackend,
  type RowChange,
  type SettleWork,
} from "../../src/backend/index.ts"
import { appendOf, event, GROUP, OWNER } from "../memory/log.ts"

/** Rows as texts, and a way to refuse the next write. */
interface Kept {
  readonly backend: Backend<string>
  readonly refuseNext: () => void
}

async function open(): Promise<Kept> {
  const rows = new Map<string, string>()
  const parse: (text: string) => RowChange = JSON.parse
  let refuses = false
  const keep = (change: RowChange): void => void rows.set(`${change[0]} ${change[1]}`, JSON.stringify(change))
  const work: SettleWork<string> = {
    async run(use) {
      await use("tx")
      return () => {}
    },
    store() {},
  }
  const backend = residentBackend<string>({
    logName: "rows",
    partitions: 1,
    clock: { now: () => 0 },
    beginWork: () => work,
    capabilities: { name: "rows", durability: "of a test", persistent: true, maxMessageBytes: 1_000, maxBatch: 100 },
    storage: {
      holdsLog: () => rows.size > 0,
      create: (first) => [...first].forEach(keep),
      open: () => [...rows.values()].map((text) => parse(text)),
      keep(changes) {
        if (!refuses) return changes.forEach(keep)
        refuses = false
        throw new BackendError("full", "no room")
      },
      close() {},
      remove: () => rows.clear(),
    },
  })
  await backend.migrate()
  return { backend, refuseNext: () => (refuses = true) }
}

it("a write that is not kept leaves a resident log as it was, and the next one goes on from there", async () => {
  const { backend, refuseNext } = await open()
  await backend.append([appendOf(event("a"))])
  refuseNext()
  await expect(backend.append([appendOf(event("a")), appendOf(event("b"))])).rejects.toMatchObject({ code: "full" })
  const { messages, head } = await backend.read({ from: "log", limit: 9 })
  expect(messages.map(({ streamId, version }) => [streamId, version])).toEqual([["a", 1]])
  expect(head).toBe(1)
  expect(await backend.append([appendOf(event("a"))])).toMatchObject([{ kind: "appended", position: 2 }])
})

it("a settle whose log was read anew while its work ran stores nothing, and may be repeated", async () => {
  const { backend, refuseNext } = await open()
  await backend.append([appendOf(event("a"))])
  const types = ["happened"]
  await backend.ensureGroup({
    group: GROUP,
    order: "stream",
    start: { at: "beginning" },
    types,
    owner: OWNER,
    maxLanes: 9,
  })
  const slice = await backend.claim({ owner: OWNER, leaseMs: 1_000, groups: [{ group: GROUP, types, limit: 9 }] })
  if (slice.kind === "idle" || slice.source !== "partition") throw new Error("expected a slice of a partition")
  const { lease, scannedTo: checkpoint } = slice
  const settle = (work: () => Promise<void>) =>
    backend.settle({ lease, checkpoint, skipped: [], parts: [{ key: "a", from: 1, work }] })
  const refusing = settle(async () => {
    refuseNext()
    await expect(backend.extend(lease, 2_000)).rejects.toMatchObject({ code: "full" })
  })
  await expect(refusing).rejects.toMatchObject({ code: "unavailable" })
  expect((await backend.operator.groups())[0]?.lag).toBe(1)
  expect(await settle(async () => {})).toMatchObject({ kind: "settled", parts: [{ kind: "stored" }] })
  expect((await backend.operator.groups())[0]?.lag).toBe(0)
})
