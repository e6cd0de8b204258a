import { spawn } from "node:child_process"
import { once } from "node:events"
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
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")])
  const ended = typeof code === "number" ? code : null
  return { code: ended, output, errors, lastLine: output.trimEnd().split("\n").at(-1) ?? "" }
}
