import { createInterface } from "node:readline/promises"

import { CommandFailed, EXIT } from "../exit-codes.ts"

/** Asks on a terminal whether to go on; elsewhere `--yes` has to have said so. Throws `CommandFailed` when the answer is no. */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandFailed(`${question} Nothing was changed: add --yes to go on without a terminal`, EXIT.notConfirmed)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${question} Go on? [y/N] `)
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    terminal.close()
  }
  throw new CommandFailed("nothing was changed", EXIT.notConfirmed)
}
