import { Command } from "@commander-js/extra-typings"

const verbs = () => import("../verbs/config.ts")

/** The answer is JSON whether it is asked for or not; what goes wrong is told in JSON only then. */
const JSON_ANYWAY = "answer in JSON, failures too"

export const configCommand = () =>
  new Command("config")
    .description("config files: check and show one, or print the schema of all")
    .addCommand(
      new Command("show")
        .description("what a config file means, secrets masked; says everything that is wrong with it")
        .argument("[file]", "the file", "millrace.yaml")
        .option("--json", JSON_ANYWAY)
        .addHelpText("after", "\nExample:\n  millrace config show millrace.yaml\n")
        .action(async (file) => (await verbs()).show(file)),
    )
    .addCommand(
      new Command("schema")
        .description("the JSON Schema of config files, for editors")
        .option("--json", JSON_ANYWAY)
        .addHelpText("after", "\nExample:\n  millrace config schema > millrace.schema.json\n")
        .action(async () => (await verbs()).schema()),
    )
