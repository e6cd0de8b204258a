import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

/** What a run of an example said, and how it ended. */
export interface Played {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Plays an example's `main.ts` on a storage, as its user does: in a process of its own. */
export async function play(main: URL, backend: string): Promise<Played> {
  const args = ["--conditions=millrace-source", fileURLToPath(main), "--backend", backend]
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
  })
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve))
  const [code, output, errors] = await Promise.all([closed, text(child.stdout), text(child.stderr)])
  return { code, output, errors }
}
