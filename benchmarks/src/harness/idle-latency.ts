import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"

import { noFaults, type Sample } from "./sample.ts"
import { quantile } from "./statistics.ts"

/** A sender in this process, and a worker in another that tells when its handler sees what was sent. */
export interface PingTarget {
  /** The worker's program and its arguments. It says "ready", then `{ id, seenAt }` for each ping, `seenAt` from `process.hrtime.bigint()`. */
  readonly worker: { readonly file: string; readonly words: readonly string[] }
  /** Sends one ping, by a name of the sender's. Resolves with the id that the worker will tell. */
  send(ping: number): Promise<string>
  close(): Promise<void>
}

const WARM_UP = 10
const PINGS = 100
/** Between two pings nothing happens for at least so long, and at most twice as long. */
const GAP_MS = 30
/** A ping not seen after this is lost. */
const PATIENCE_MS = 5_000

/** Sends something now and then, and asks how long the handler in another, idle process took to see it: from the call that sends. */
export async function measureIdleLatency(target: PingTarget): Promise<Sample> {
  const worker = fork(target.worker.file, [...target.worker.words], {
    execArgv: process.execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  try {
    await once(worker, "message")
    const seen = watch(worker)
    const latencies: number[] = []
    for (let ping = 0; ping < WARM_UP + PINGS; ping += 1) {
      await setTimeout(GAP_MS * (1 + Math.random()))
      const sentAt = process.hrtime.bigint()
      const id = await target.send(ping)
      const seenAt = await Promise.race([seen.first(id), setTimeout(PATIENCE_MS, undefined)])
      if (ping >= WARM_UP && seenAt !== undefined) latencies.push(Number(seenAt - sentAt) / 1e6)
    }
    latencies.sort((a, b) => a - b)
    return {
      value: quantile(latencies, 0.5),
      operations: PINGS,
      faults: { ...noFaults, lost: PINGS - latencies.length, doubled: seen.doubled() },
      facts: { p90Ms: quantile(latencies, 0.9), p99Ms: quantile(latencies, 0.99) },
    }
  } finally {
    const exited = once(worker, "exit")
    worker.disconnect()
    await exited
    await target.close()
  }
}

/** What the worker has seen, by the id of the ping. */
function watch(worker: ChildProcess) {
  const seenAt = new Map<string, bigint>()
  const waiting = new Map<string, (at: bigint) => void>()
  let doubled = 0
  worker.on("message", (message) => {
    if (!isSeen(message)) return
    if (seenAt.has(message.id)) doubled += 1
    seenAt.set(message.id, BigInt(message.seenAt))
    waiting.get(message.id)?.(BigInt(message.seenAt))
  })
  return {
    doubled: () => doubled,
    first: (id: string) =>
      new Promise<bigint>((resolve) => {
        const at = seenAt.get(id)
        if (at === undefined) waiting.set(id, resolve)
        else resolve(at)
      }),
  }
}

function isSeen(message: unknown): message is { readonly id: string; readonly seenAt: string } {
  return typeof message === "object" && message !== null && "id" in message && "seenAt" in message
}

/** The id that a peer's job carries as its payload. */
export function idOf(payload: unknown): string {
  if (typeof payload === "object" && payload !== null && "id" in payload && typeof payload.id === "string") {
    return payload.id
  }
  throw new TypeError("a ping without an id")
}
