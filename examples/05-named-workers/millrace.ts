// The `millrace` command, as it is installed with `@millrace/cli`: here from the sources beside this example.
import { runCommand } from "@millrace/cli"

process.exitCode = await runCommand(process.argv.slice(2))
