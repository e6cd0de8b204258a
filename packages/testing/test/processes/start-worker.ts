import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

import { onTestFinished } from "vitest"

/** A line that a worker said. */
export interface Said {
  readonly event: "running" | "began" | "handled" | "ended"
  readonly processName: string
  readonly streamId?: string
  readonly version?: number
}

/** Workers in processes of their own, and all they say, in the order heard. */
export interface Crowd {
  readonly said: readonly Said[]
  start(processName: string, options?: { readonly leaseMs?: number }): Promise<ChildProcess>
  /** Starts one that is expected to end by itself, and answers how it did. */
  refused(processName: string): Promise<{ readonly code: number | null; readonly errors: string }>
  /** Resolves when enough was said. */
  until(enough: (said: readonly Said[]) => boolean): Promise<void>
  /** What was handled, as `stream:version`. */
  handled(): readonly string[]
}

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url))

/** Workers on the log at `url`. Those that still run at the end of the test are killed. */
export function crowd(url: string): Crowd {
  const said: Said[] = []
  let looking: (() => void)[] = []
  const hear = (line: string): void => {
    said.push(saidIn(line))
    for (const look of looking.splice(0)) look()
  }
  const until = async (enough: (all: readonly Said[]) => boolean): Promise<void> => {
    while (!enough(said)) await new Promise<void>((resolve) => (looking = [...looking, resolve]))
  }
  const spawned = (processName: string, leaseMs: number, errors: "inherit" | "pipe"): ChildProcess =>
    spawn(process.execPath, ["--conditions=millrace-source", WORKER, url, processName, `${leaseMs}`], {
      stdio: ["ignore", "pipe", errors],
      env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
    })
  return {
    said,
    until,
    async refused(processName) {
      const child = spawned(processName, 30_000, "pipe")
      const ended = once(child, "exit")
      const errors = child.stderr === null ? "" : await text(child.stderr)
      await ended
      return { code: child.exitCode, errors }
    },
    handled: () =>
      said.filter(({ event }) => event === "handled").map(({ streamId, version }) => `${streamId}:${version}`),
    async start(processName, { leaseMs = 30_000 } = {}) {
      const child = spawned(processName, leaseMs, "inherit")
      onTestFinished(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, "exit")
        child.kill("SIGKILL")
        await exited
      })
      if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", hear)
      await until((all) => all.some((one) => one.event === "running" && one.processName === processName))
      return child
    },
  }
}

function saidIn(line: string): Said {
  const one: unknown = JSON.parse(line)
  if (!isSaid(one)) throw new Error(`a worker said what it should not: ${line}`)
  return one
}

function isSaid(value: unknown): value is Said {
  return typeof value === "object" && value !== null && "event" in value && "processName" in value
}
