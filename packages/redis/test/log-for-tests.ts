import { randomUUID } from "node:crypto"

import type { Append, Backend, BackendErrorCode, Message, Owner, PartitionSlice, Slice } from "@millrace/core/backend"
import { BackendError } from "@millrace/core/backend"
import { Redis } from "ioredis"
import { afterAll, afterEach, beforeAll } from "vitest"

import { startRedis, type TestRedis } from "../../testing/src/servers/start-redis.ts"
import { redisBackend, type RedisOptions, type RedisTx } from "../src/index.ts"

/** A server for the tests of a file, with a log of its own for each test. */
export interface Server {
  readonly url: string
  readonly prefix: string
  /** A connection beside Millrace. */
  readonly beside: Redis
  /** A backend object on this test's log, closed after the test. */
  open(options?: RedisOptions): Backend<RedisTx>
  /** The same, migrated. */
  log(options?: RedisOptions): Promise<Backend<RedisTx>>
}

export function serverForTests(): Server {
  let server: TestRedis | undefined
  let beside: Redis | undefined
  let prefix = randomUUID()
  const opened: Backend<RedisTx>[] = []
  beforeAll(async () => {
    server = await startRedis({ appendfsync: "no" })
    beside = new Redis(server.url)
  })
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close()
    prefix = randomUUID()
  })
  afterAll(async () => {
    beside?.disconnect()
    await server?.stop()
  })
  const open = (options: RedisOptions = {}): Backend<RedisTx> => {
    if (server === undefined) throw new Error("the server is not started yet")
    const backend = redisBackend(server.url, { prefix, ...options })
    opened.push(backend)
    return backend
  }
  return {
    get url() {
      return server?.url ?? ""
    },
    get prefix() {
      return prefix
    },
    get beside() {
      if (beside === undefined) throw new Error("the server is not started yet")
      return beside
    },
    open,
    async log(options) {
      const backend = open(options)
      await backend.migrate()
      return backend
    },
  }
}

export const owner: Owner = { processName: "worker", bootId: "boot-1" }

export function event(streamId: string, type = "noted", id: string = randomUUID()): Message {
  const createdAt = new Date(0).toISOString()
  return {
    id,
    kind: "event",
    type,
    streamId,
    payload: { of: streamId },
    metadata: {},
    causationId: id,
    correlationId: id,
    createdAt,
  }
}

export function to(streamId: string, ...messages: readonly Message[]): Append {
  return { streams: [{ streamId, expected: "any", messages }] }
}

export async function ensure(
  backend: Backend<RedisTx>,
  group = "g",
  order: "stream" | "log" = "stream",
): Promise<void> {
  await backend.ensureGroup({ group, order, start: { at: "beginning" }, types: ["noted"], owner, maxLanes: 100 })
}

/** Claims something of a group; `undefined` when nothing waits. */
export async function claimed(backend: Backend<RedisTx>, group = "g", limit = 100): Promise<Slice | undefined> {
  const slice = await backend.claim({ owner, groups: [{ group, types: ["noted"], limit }], leaseMs: 60_000 })
  return slice.kind === "slice" ? slice : undefined
}

export async function claimPartition(backend: Backend<RedisTx>, group = "g"): Promise<PartitionSlice> {
  const slice = await claimed(backend, group)
  if (slice?.source !== "partition") throw new Error("no partition was claimed")
  return slice
}

/** The code of what a call throws. */
export async function codeOf(call: Promise<unknown>): Promise<BackendErrorCode | "nothing thrown"> {
  try {
    await call
    return "nothing thrown"
  } catch (error) {
    if (error instanceof BackendError) return error.code
    throw error
  }
}
