import { Command } from "@commander-js/extra-typings"

import { bench } from "./commands/bench.ts"
import { configCommand } from "./commands/config.ts"
import { consoleVerb } from "./commands/console.ts"
import { deadLetters } from "./commands/dead-letters.ts"
import { doctor } from "./commands/doctor.ts"
import { exportVerb } from "./commands/export.ts"
import { group } from "./commands/group.ts"
import { groups } from "./commands/groups.ts"
import { importVerb } from "./commands/import.ts"
import { init } from "./commands/init.ts"
import { migrate } from "./commands/migrate.ts"
import { runVerb } from "./commands/run.ts"
import { scheduled } from "./commands/scheduled.ts"
import { schema } from "./commands/schema.ts"
import { show } from "./commands/show.ts"
import { stats } from "./commands/stats.ts"
import { streams } from "./commands/streams.ts"
import { tail } from "./commands/tail.ts"
import { trace } from "./commands/trace.ts"
import { trim } from "./commands/trim.ts"
import { workers } from "./commands/workers.ts"
import { addCompletion } from "./completion.ts"
import { VERSION } from "./version.ts"
import { withoutPasswords } from "./without-passwords.ts"

/**
 * The whole command. What a verb does is loaded when it is called: help and completion load no storage. With `json`, it says nothing of its own about a call
 * that is wrong: whoever catches what is thrown does.
 */
export function program({ json = false }: { readonly json?: boolean } = {}): Command {
  const millrace = new Command("millrace")
    .description("Runs, watches and repairs Millrace systems, on any storage, by its URL.")
    .version(VERSION)
    .addHelpText("after", EXIT_CODES)
  const verbs = [
    init(),
    runVerb(),
    consoleVerb(),
    migrate(),
    doctor(),
    stats(),
    groups(),
    group(),
    deadLetters(),
    streams(),
    show(),
    tail(),
    trace(),
    scheduled(),
    trim(),
    workers(),
    exportVerb(),
    importVerb(),
    bench(),
    configCommand(),
    schema(),
  ]
  for (const verb of verbs) millrace.addCommand(verb)
  addCompletion(millrace)
  return overridden(millrace, json)
}

/** Commands that are added do not inherit how their parent ends and what it says. No password is written, wherever it was mistyped. */
function overridden<C extends Overridable>(command: C, json: boolean): C {
  command.exitOverride()
  command.showHelpAfterError("(add --help for what is possible)")
  command.configureOutput({
    writeErr(text) {
      if (!json) process.stderr.write(withoutPasswords(text))
    },
  })
  for (const below of command.commands) if (below instanceof Command) overridden(below, json)
  return command
}

interface Overridable {
  readonly commands: readonly unknown[]
  exitOverride(): unknown
  showHelpAfterError(text: string): unknown
  configureOutput(output: { writeErr(text: string): void }): unknown
}

const EXIT_CODES = `
Exit codes: 0 done · 1 failed, or something is wrong · 2 called wrongly · 3 not there · 4 not confirmed
`
