import { fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"

import type { Sample } from "./sample.ts"
import type { Server } from "./server.ts"

/** What is run in a process of its own. */
export interface Apart {
  readonly suite: string
  readonly bench: string
  /** Empty for a course. */
  readonly subject: string
  readonly server: Server
  readonly folder: string
  readonly seed: number
  readonly limitMs: number
}

/** Runs a round or a course in a process of its own, with an empty place in the storage and an empty folder. Throws when the process fails. */
export async function runApart(apart: Apart, onSample: (name: string, sample: Sample) => void): Promise<void> {
  const folder = mkdtempSync(join(apart.folder, "round-"))
  const place = await apart.server.place()
  try {
    const words = [apart.suite, apart.bench, apart.subject, place.url, folder, String(apart.seed)]
    await new Promise<void>((resolve, reject) => {
      const child = fork(join(import.meta.dirname, "round.ts"), words, {
        execArgv: ["--conditions=millrace-source", "--disable-warning=ExperimentalWarning", ...profiling()],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        serialization: "json",
        timeout: apart.limitMs,
      })
      child.on("message", (message) => {
        if (isNamed(message)) onSample(message.name, message.sample)
        else reject(new TypeError(`not a sample: ${JSON.stringify(message)}`))
      })
      child.once("error", reject)
      child.once("exit", (code, signal) => {
        if (code === 0) resolve()
        else reject(new Error(`${apart.subject} ended without a sample in ${apart.bench}: exit ${code ?? signal}`))
      })
    })
  } finally {
    await place.drop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `BENCH_CPU_PROF=<folder>` keeps a CPU profile of every process there: for finding out why, never for figures. */
function profiling(): readonly string[] {
  const folder = process.env["BENCH_CPU_PROF"]
  return folder === undefined || folder === "" ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`]
}

function isNamed(value: unknown): value is { readonly name: string; readonly sample: Sample } {
  if (typeof value !== "object" || value === null || !("name" in value) || !("sample" in value)) return false
  const { sample } = value
  return typeof sample === "object" && sample !== null && "value" in sample && "faults" in sample && "facts" in sample
}
