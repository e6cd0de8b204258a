import { CommanderError } from "@commander-js/extra-typings"

import { CommandFailed, EXIT } from "./exit-codes.ts"
import { program } from "./program.ts"
import { withoutPasswords } from "./without-passwords.ts"

/** Runs the command with these arguments; answers its exit code. What it says goes to stdout, what went wrong to stderr. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const json = args.includes("--json")
  try {
    await program({ json }).parseAsync([...args], { from: "user" })
    return Number(process.exitCode ?? EXIT.done)
  } catch (error) {
    if (error instanceof CommanderError) return usageCodeOf(error, json)
    tell(error, json)
    return exitCodeOf(error)
  }
}

/** In text, the parser has said already what is wrong. */
function usageCodeOf({ exitCode, message }: CommanderError, json: boolean): number {
  if (exitCode === 0) return EXIT.done
  if (json) tell({ code: "usage", message: message.replace(/^error: /, "") }, true)
  return EXIT.usage
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed) return error.exitCode
  return codeOf(error) === "not-found" ? EXIT.notThere : EXIT.failed
}

/** Says what went wrong, in one line (or one document) on stderr. */
function tell(error: unknown, json: boolean): void {
  const message = withoutPasswords(messageOf(error))
  const code = codeOf(error)
  const text = json
    ? JSON.stringify({ error: { ...(code === undefined ? {} : { code }), message } })
    : `millrace: ${message}`
  process.stderr.write(`${text}\n`)
}

function messageOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("message" in error)) return String(error)
  return String(error.message)
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  return typeof error.code === "string" ? error.code : undefined
}
