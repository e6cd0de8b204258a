import tab from "@bomb.sh/tab/commander"
import type { Command } from "@commander-js/extra-typings"

/** Adds `completion <shell>`, which prints the shell's script, and the hidden verb that the script asks. */
export function addCompletion(millrace: Command): void {
  // The typed command is commander's own class under stricter types, which `tab` does not know.
  Reflect.apply(tab, undefined, [millrace, { completionCommandName: "completion" }])
  millrace.commands
    .find((one) => one.name() === "completion")
    ?.description("print what makes the shell complete verbs and options")
    .option("--json", "tell a failure in JSON")
    .addHelpText("after", EXAMPLE)
}

const EXAMPLE = `
Example:
  millrace completion bash >> ~/.bashrc
  millrace completion zsh > "\${fpath[1]}/_millrace"
  millrace completion fish > ~/.config/fish/completions/millrace.fish
`
