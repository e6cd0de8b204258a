import { CommanderError } from "@commander-js/extra-typings"

import { CommandFailed, EXIT } from "./exit-codes.ts"
import { program } from "./program.ts"
import { withoutPasswords } from "./render/without-passwords.ts"

/** Runs the command with these arguments; answers its exit code. What it says goes to stdout, what went wrong to stderr. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...args], { from: "user" })
    return Number(process.exitCode ?? EXIT.done)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    tell(error, args.includes("--json"))
    return exitCodeOf(error)
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed) return error.exitCode
  return codeOf(error) === "not-found" ? EXIT.notThere : EXIT.failed
}

/** Says what went wrong, in one line (or one document) on stderr. */
function tell(error: unknown, json: boolean): void {
  const message = withoutPasswords(error instanceof Error ? error.message : String(error))
  const code = codeOf(error)
  const text = json
    ? JSON.stringify({ error: { ...(code === undefined ? {} : { code }), message } })
    : `millrace: ${message}`
  process.stderr.write(`${text}\n`)
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  return typeof error.code === "string" ? error.code : undefined
}
