import type { Backend, Slice } from "@millrace/core/backend"
import { type Command, Redis } from "ioredis"
import { describe, expect, it, onTestFinished } from "vitest"

import { redisBackend, type RedisTx } from "../src/index.ts"
import { scripts } from "../src/scripts.ts"
import { claimed, claimPartition, ensure, event, owner, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** A connection on which a rival is let in before each change is stored: between what it was worked out from and its commit. */
class Overtaken extends Redis {
  changes = 0
  rival: () => Promise<void> = async () => {}

  override sendCommand(command: Command): Promise<unknown> {
    if (!command.args.includes(scripts.commit.sha)) return Promise.resolve(super.sendCommand(command))
    this.changes += 1
    return this.rival().then(() => super.sendCommand(command))
  }
}

/** This test's log on such a connection. */
function overtaken(): { readonly client: Overtaken; readonly backend: Backend<RedisTx> } {
  const client = new Overtaken(server.url, { lazyConnect: true })
  const backend = redisBackend(client, { prefix: server.prefix })
  onTestFinished(async () => {
    await backend.close()
    client.disconnect()
  })
  return { client, backend }
}

/** A worker that settles what it holds and claims the next whenever it is asked to, for as long as it gets something. */
function tireless(backend: Backend<RedisTx>): { turns: number; idle: number; turn(): Promise<void> } {
  let held: Slice | undefined
  return {
    turns: 0,
    idle: 0,
    async turn() {
      this.turns += 1
      await backend.append([to("a", event("a"))])
      if (held?.source === "partition")
        await backend.settle({ lease: held.lease, checkpoint: held.scannedTo, parts: [] })
      held = await claimed(backend)
      if (held === undefined) this.idle += 1
    },
  }
}

describe("on redis", () => {
  for (const [name, change] of [
    ["a stop", ({ operator }) => operator.stopGroup("g", { reason: "a test" })],
    ["a reset", ({ operator }) => operator.resetGroup("g", { at: "beginning" })],
  ] satisfies [string, (backend: Backend<RedisTx>) => Promise<unknown>][]) {
    it(`${name} of a group is stored although a worker claims and settles before each of its tries`, async () => {
      const backend = await server.log({ partitions: 1 })
      await ensure(backend)
      const worker = tireless(backend)
      await worker.turn()
      const { client, backend: operator } = overtaken()
      client.rival = () => worker.turn()
      await change(operator)
      expect(client.changes).toBeGreaterThan(2)
      expect(client.changes).toBeLessThan(20)
      expect(worker.idle).toBeGreaterThan(0)
      client.rival = async () => {}
      await operator.operator.startGroup("g")
      expect(await claimed(backend)).toBeDefined()
    })
  }

  it("a claim that another was faster than looks for the usual again, in place of running after others for ever", async () => {
    const times = { now: 1_000 }
    const clock = { now: () => times.now }
    const backend = await server.log({ partitions: 2, clock })
    await ensure(backend)
    for (const streamId of ["a", "b", "c", "d"]) await backend.append([to(streamId, event(streamId))])
    await claimPartition(backend)
    times.now += 60_001
    const client = new Overtaken(server.url, { lazyConnect: true })
    const late = redisBackend(client, { prefix: server.prefix, clock })
    onTestFinished(async () => {
      await late.close()
      client.disconnect()
    })
    client.rival = async () => {
      await claimPartition(backend)
    }
    const slice = await late.claim({ owner, groups: [{ group: "g", types: ["noted"], limit: 9 }], leaseMs: 60_000 })
    expect(slice.kind).toBe("slice")
    expect(client.changes).toBe(1)
  })
})
