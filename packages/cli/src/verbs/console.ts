import { once } from "node:events"
import { start } from "node:repl"

import { type AppOptions, loadApp } from "../session/load-app.ts"

/** A prompt with a file's app in it as `app` (of a service: also as `bus`), and everything else that the file exports by its name. Works off nothing: that is `run`'s. */
export async function openConsole(file: string | undefined, options: AppOptions): Promise<void> {
  const { runnable, exports } = await loadApp(file, options)
  try {
    const { default: _made, ...named } = exports
    const made = "app" in runnable ? { bus: runnable, app: runnable.app } : { app: runnable }
    const names = Object.keys({ ...made, ...named })
    if (process.stdin.isTTY)
      process.stdout.write(`${names.join(", ")} are here. Try: await app.stats()   (.exit or ctrl-d to leave)\n`)
    const repl = start({ prompt: "millrace> ", useGlobal: false })
    Object.assign(repl.context, named, made)
    await once(repl, "exit")
  } finally {
    await runnable.close()
  }
}
