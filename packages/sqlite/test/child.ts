import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { onTestFinished } from "vitest"

/** A process of its own that reports by lines of JSON. */
export interface Child {
  readonly process: ChildProcess
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  /** Resolves once so many lines have come. Rejects when the process ends before. */
  until(count: number): Promise<void>
  readonly ended: Promise<number | null>
}

/** Starts a script of `children`, killed at the end of the test at the latest. */
export function startChild(script: string, ...args: readonly string[]): Child {
  const file = fileURLToPath(new URL(`children/${script}`, import.meta.url))
  const child = spawn(process.execPath, ["--conditions=millrace-source", file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const lines: Readonly<Record<string, unknown>>[] = []
  const waiting: { readonly count: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] =
    []
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(factsOf(line))
    for (const one of waiting) if (lines.length >= one.count) one.resolve()
  })
  const ended = new Promise<number | null>((resolve) =>
    child.on("close", (code) => {
      for (const one of waiting) one.reject(new Error(`${script} ended with ${code} after ${lines.length} lines`))
      resolve(code)
    }),
  )
  return {
    process: child,
    lines,
    ended,
    until: (count) =>
      new Promise((resolve, reject) => {
        if (lines.length >= count) resolve()
        else waiting.push({ count, resolve, reject })
      }),
  }
}

function factsOf(line: string): Readonly<Record<string, unknown>> {
  const said: unknown = JSON.parse(line)
  return typeof said === "object" && said !== null ? { ...said } : {}
}
