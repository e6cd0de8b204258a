import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

import { createApp } from "../../../../packages/core/src/index.ts"
import { noFaults, type Sample } from "../../harness/sample.ts"
import { quantile } from "../../harness/statistics.ts"
import { type BackendName, openBackend } from "./open-backend.ts"
import { Pinged } from "./ping.ts"
import { quietLogger } from "./quiet-logger.ts"

const WARM_UP = 10
const PINGS = 100
/** Between two messages nothing happens for at least so long, and at most twice as long. */
const GAP_MS = 30
/** A message not seen after this is lost. */
const PATIENCE_MS = 5_000

/** Appends one message now and then, and asks how long the handler in another, idle process took to see it: from the call of append. */
export async function idleLatency(backendName: BackendName, url: string): Promise<Sample> {
  const backend = await openBackend(backendName, url)
  const app = await createApp({ backend, logger: quietLogger })
  const worker = fork(join(import.meta.dirname, "idle-worker.ts"), [backendName, url], {
    execArgv: process.execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  try {
    await once(worker, "message")
    const seen = watch(worker)
    const latencies: number[] = []
    for (let ping = 0; ping < WARM_UP + PINGS; ping += 1) {
      await setTimeout(GAP_MS * (1 + Math.random()))
      const message = Pinged("watched-1")
      const sentAt = process.hrtime.bigint()
      await app.appendNextToStream("watched-1", [message])
      const seenAt = await Promise.race([seen.first(message.id), setTimeout(PATIENCE_MS, undefined)])
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
    await app.close()
    await backend.close()
  }
}

/** What the worker has seen, by message id. */
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
