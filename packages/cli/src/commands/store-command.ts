import { Command } from "@commander-js/extra-typings"

/** A verb that works on a store. `example` is shown in its help. */
export function storeCommand(name: string, description: string, example: string) {
  return new Command(name)
    .description(description)
    .option("-u, --url <url>", "the store: sqlite:app.db, postgres://…, redis://…, mongodb://…")
    .option("-c, --config <file>", "a config file that names the store (default: millrace.yaml, when it is there)")
    .option("--json", "answer in JSON")
    .addHelpText("after", `\nExample:\n  ${example}\n`)
}
