import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { onTestFinished } from "vitest"

/** A line that a worker of a fleet said. */
export interface FleetLine {
  readonly event: "running" | "handled" | "paused" | "resumed" | "ended"
  readonly processName: string
  readonly streamId?: string
  readonly version?: number
  readonly streams?: readonly string[]
  readonly settled?: { readonly kind: string }
}

export interface FleetOptions {
  readonly storage: string
  readonly url: string
  readonly leaseMs: number
}

/** Workers in processes of their own. Those that still run at the end of the test are killed. */
export interface Fleet {
  /** Starts one, and resolves when it begins. `pauseAt`: it stops itself with that settle of effects in hand. */
  start(processName: string, options?: { readonly pauseAt?: number }): Promise<ChildProcess>
  /** Resolves with the first line from now on that `fits`. */
  next(fits: (line: FleetLine) => boolean): Promise<FleetLine>
  /** Resolves when so many further messages have been handled. */
  handled(count: number): Promise<void>
  /** Rejects when a worker ends by itself. Never resolves. */
  readonly failed: Promise<never>
}

const WORKER = fileURLToPath(new URL("./fleet-worker.ts", import.meta.url))

export function startFleet({ storage, url, leaseMs }: FleetOptions): Fleet {
  const listeners = new Set<(line: FleetLine) => void>()
  const next: Fleet["next"] = (fits) =>
    new Promise((resolve) => {
      const hear = (line: FleetLine): void => {
        if (!fits(line)) return
        listeners.delete(hear)
        resolve(line)
      }
      listeners.add(hear)
    })
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  return {
    next,
    failed: failed.promise,
    async handled(count) {
      let left = count
      await next(({ event }) => event === "handled" && (left -= 1) === 0)
    },
    async start(processName, { pauseAt = 0 } = {}) {
      const begun = next((line) => line.event === "running" && line.processName === processName)
      const options = [storage, url, processName, `${leaseMs}`, `${pauseAt}`]
      const child = spawn(process.execPath, ["--conditions=millrace-source", WORKER, ...options], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
      })
      const exited = once(child, "exit")
      onTestFinished(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill("SIGKILL")
        await exited
      })
      createInterface({ input: child.stdout }).on("line", (text) => {
        const line = lineIn(text)
        for (const hear of listeners) hear(line)
      })
      child.once("exit", (code) => {
        if (code !== null && code !== 0)
          failed.reject(new Error(`${processName} ended by itself: see its output above`))
      })
      await Promise.race([begun, failed.promise])
      return child
    },
  }
}

function lineIn(text: string): FleetLine {
  const line: unknown = JSON.parse(text)
  if (!isLine(line)) throw new Error(`a worker said what it should not: ${text}`)
  return line
}

function isLine(value: unknown): value is FleetLine {
  return typeof value === "object" && value !== null && "event" in value && "processName" in value
}
