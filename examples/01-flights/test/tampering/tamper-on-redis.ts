import { startRedis } from "@millrace/testing"
import { Redis } from "ioredis"

import type { Tampering } from "./tampering.ts"

const DEPARTED = "flight.departed"
const TOTALS = "{millrace}:d:projection:airport_totals"

interface Entry {
  readonly key: string
  readonly position: number
  readonly fields: readonly string[]
  readonly field: (name: string) => string
}

/** A log is a server; its copy is another one that was its replica. */
export const tamperOnRedis: Tampering = {
  name: "redis",
  async start() {
    const server = await startRedis({ appendfsync: "no" })
    const copies: { stop(): Promise<void> }[] = []
    return {
      url: server.url,
      async copy() {
        const copy = await copyOf(server.url)
        copies.push(copy)
        const { url } = copy
        return {
          url,
          deleteEvent: () => withRedis(url, async (redis) => void (await deleteEvent(redis))),
          doubleEvent: () => withRedis(url, doubleEvent),
          changeTotals: () => withRedis(url, changeTotals),
        }
      },
      async stop() {
        for (const copy of copies) await copy.stop()
        await server.stop()
      },
    }
  },
}

async function withRedis(url: string, work: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = new Redis(url)
  try {
    await work(redis)
  } finally {
    redis.disconnect()
  }
}

/** A server that holds what another one holds, and is its own master from then on. */
async function copyOf(url: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const copy = await startRedis({ settings: { replicaof: `127.0.0.1 ${new URL(url).port}` } })
  await withRedis(copy.url, async (redis) => {
    while (!(await redis.info("replication")).includes("master_link_status:up"))
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
    await redis.replicaof("NO", "ONE")
  })
  return copy
}

async function entries(redis: Redis): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for (const key of await redis.keys("{millrace}:p:*"))
    for (const [id, fields] of await redis.xrange(key, "-", "+"))
      all.push({
        key,
        position: Number.parseInt(id, 10),
        fields,
        field: (name) => fields[fields.indexOf(name) + 1] ?? "",
      })
  return all.sort((a, b) => a.position - b.position)
}

/** An event that nothing else refers to, and that is the last of its stream. */
async function lastDeparture(redis: Redis): Promise<{ readonly found: Entry; readonly head: number }> {
  const all = await entries(redis)
  const causes = all.map(({ field }) => field("body")).join("\n")
  const found = all.find(
    (one, at) =>
      one.field("type") === DEPARTED &&
      !causes.includes(`"causationId":"${one.field("id")}"`) &&
      !all.slice(at + 1).some(({ field }) => field("stream") === one.field("stream") && field("version") !== ""),
  )
  if (found === undefined) throw new Error("no departure that is the last of its stream")
  return { found, head: all.at(-1)?.position ?? 0 }
}

async function deleteEvent(redis: Redis): Promise<number> {
  const { found } = await lastDeparture(redis)
  return redis.xdel(found.key, `${found.position}-0`)
}

async function doubleEvent(redis: Redis): Promise<void> {
  const { found, head } = await lastDeparture(redis)
  const changed = new Map([
    ["id", "another-id"],
    ["version", String(Number(found.field("version")) + 1)],
  ])
  const fields = found.fields.map((word, at) =>
    at % 2 === 1 ? (changed.get(found.fields[at - 1] ?? "") ?? word) : word,
  )
  await redis.xadd(found.key, `${head + 1}-0`, ...fields)
}

/** A document is its revision, a space, and JSON. */
async function changeTotals(redis: Redis): Promise<void> {
  const stored = (await redis.hget(TOTALS, "airport-DFW")) ?? ""
  const changed = stored.replace(/"delay":(-?\d+)/, (_, delay: string) => `"delay":${Number(delay) + 1}`)
  await redis.hset(TOTALS, "airport-DFW", changed)
}
