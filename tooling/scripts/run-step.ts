import { spawn } from "node:child_process"

import { repository } from "./repository.ts"

export interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

export interface StepResult {
  readonly name: string
  readonly passed: boolean
  readonly seconds: number
  readonly output: string
}

/** Runs a command at the repository's root and keeps what it says. */
export function runStep({ name, command }: Step): Promise<StepResult> {
  const startedAt = performance.now()
  const [program, ...options] = command
  return new Promise((resolve) => {
    let output = ""
    const end = (passed: boolean) => resolve({ name, passed, seconds: (performance.now() - startedAt) / 1000, output })
    const child = spawn(program, options, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text))
    }
    child.on("error", (error) => {
      output += error.message
      end(false)
    })
    child.on("close", (code) => end(code === 0))
  })
}

/** Runs steps a few at a time, and tells of each as it ends. */
export async function runSteps(
  steps: readonly Step[],
  { atOnce, onEnd }: { readonly atOnce: number; readonly onEnd: (result: StepResult) => void },
): Promise<StepResult[]> {
  const waiting = [...steps]
  const results: StepResult[] = []
  const lane = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step)
      results.push(result)
      onEnd(result)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}
