import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

import type { Simulated } from "../../src/simulation/index.ts"
import type { ScenarioName } from "./scenarios.ts"

/** What a part answers: how many seeds it has done, and at the end what they came to. */
export interface Told {
  readonly done: number
  readonly simulated?: Simulated<unknown>
}

export interface PartOptions {
  /** What is simulated. */
  readonly scenario: ScenarioName
  readonly from: number
  readonly step: number
  readonly seeds: number
  /** The planted fault to put into the backend. */
  readonly backendFault?: string
  /** The planted fault to put into the runtime. */
  readonly runtimeFault?: string
  readonly onTold?: (told: Told) => void
}

const PROGRAM = fileURLToPath(new URL("part.ts", import.meta.url))
const HOOK = new URL("planted-hook.ts", import.meta.url).href

/** Plays seeds in a process of its own. Answers what they came to, or how the process ended without an answer. */
export function runPart(options: PartOptions): Promise<Simulated<unknown> | { readonly ended: string }> {
  const { scenario, from, step, seeds, backendFault, runtimeFault } = options
  return new Promise((resolve) => {
    const args = [scenario, ...[from, step, seeds].map(String)]
    const child = fork(PROGRAM, backendFault === undefined ? args : [...args, backendFault], {
      execArgv: ["--conditions=millrace-source", ...(runtimeFault === undefined ? [] : ["--import", HOOK])],
      env: { ...process.env, ...(runtimeFault === undefined ? {} : { MILLRACE_PLANTED: runtimeFault }) },
      stdio: ["ignore", "inherit", "pipe", "ipc"],
      serialization: "advanced",
    })
    let errors = ""
    let answer: Simulated<unknown> | undefined
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2_000)
    })
    child.on("message", (told: Told) => {
      options.onTold?.(told)
      answer = told.simulated ?? answer
    })
    child.on("close", (code) => resolve(answer ?? { ended: `exit ${code}: ${lastLineOf(errors)}` }))
  })
}

function lastLineOf(text: string): string {
  const lines = text.split("\n").filter((line) => /error/i.test(line))
  return lines[0]?.trim() ?? text.trim().slice(0, 200)
}
