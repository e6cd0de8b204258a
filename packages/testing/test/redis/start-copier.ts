import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { onTestFinished } from "vitest"

/** A worker in a process of its own. */
export interface CopierProcess {
  readonly child: ChildProcess
  /** Resolves when it has said this. */
  said(what: "running" | "began"): Promise<void>
  /** Asks it to stop and answers its exit code. */
  stop(): Promise<number | null>
}

const PROGRAM = fileURLToPath(new URL("./copier-process.ts", import.meta.url))

export async function startCopier(
  url: string,
  processName: string,
  { leaseMs = 30_000, copyMs = 0 }: { readonly leaseMs?: number; readonly copyMs?: number } = {},
): Promise<CopierProcess> {
  const child = spawn(
    process.execPath,
    ["--conditions=millrace-source", PROGRAM, url, processName, `${leaseMs}`, `${copyMs}`],
    { stdio: ["ignore", "pipe", "inherit"] },
  )
  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, "exit")
    child.kill(signal)
    await exited
    return child.exitCode
  }
  onTestFinished(async () => {
    await end("SIGKILL")
  })
  const heard = new Set<string>()
  let looking: (() => void)[] = []
  createInterface({ input: child.stdout }).on("line", (line) => {
    heard.add(line)
    for (const look of looking.splice(0)) look()
  })
  const said = async (what: string): Promise<void> => {
    while (!heard.has(what)) await new Promise<void>((resolve) => (looking = [...looking, resolve]))
  }
  await said("running")
  return { child, said, stop: () => end("SIGTERM") }
}
