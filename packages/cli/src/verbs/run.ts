import { CommandFailed, EXIT } from "../exit-codes.ts"
import { type AppOptions, loadApp } from "../session/load-app.ts"

interface RunVerbOptions extends AppOptions {
  readonly concurrency?: number | undefined
}

/** Runs a file's app or service until it is told to stop, or has to. Throws `CommandFailed` for a storage that no other process could reach. */
export async function run(file: string | undefined, options: RunVerbOptions): Promise<void> {
  if (options.url !== undefined && /^memory:/i.test(options.url))
    throw new CommandFailed(
      "memory: is within one process, and no other one could reach it: give sqlite:app.db, postgres://…, redis://… or mongodb://…",
      EXIT.usage,
    )
  const { runnable } = await loadApp(file, options)
  stopAtOnceAtSecondSignal()
  // An app that has nothing to say would look like one that hangs.
  if (process.stderr.isTTY)
    process.stderr.write("millrace: works until ctrl-c, which drains; a second one stops at once\n")
  try {
    await runnable.run(options.concurrency === undefined ? {} : { concurrency: options.concurrency })
  } finally {
    await runnable.close()
  }
}

/** The first signal drains; whoever sends a second one does not want to wait. */
function stopAtOnceAtSecondSignal(): void {
  let signals = 0
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.on(signal, () => {
      signals += 1
      if (signals > 1) process.exit(code)
    })
}
