import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url))

/** What a run of the demo said, and how it ended. */
export interface Played {
  readonly code: number | null
  readonly output: string
  readonly errors: string
  readonly lastLine: string
}

/** Runs the demo as its user does, in a process of its own. */
export async function runDemo(...options: readonly string[]): Promise<Played> {
  const child = spawn(process.execPath, ["--conditions=millrace-source", MAIN, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve))
  const [code, output, errors] = await Promise.all([closed, text(child.stdout), text(child.stderr)])
  return { code, output, errors, lastLine: output.trimEnd().split("\n").at(-1) ?? "" }
}
