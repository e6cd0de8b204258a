import { Command, Option } from "@commander-js/extra-typings"

import { BACKENDS } from "../scaffold/backends.ts"

export const init = () =>
  new Command("init")
    .description("make a project that runs, with a test, in a new folder")
    .argument("[folder]", "the folder, and the project's name", "millrace-app")
    .addOption(
      new Option("-b, --backend <backend>", "where it keeps its log (default: asked for, or sqlite)").choices(BACKENDS),
    )
    .option("-y, --yes", "ask nothing: take sqlite unless told otherwise")
    .option("--json", "answer in JSON")
    .addHelpText("after", "\nExample:\n  millrace init shop --backend postgres\n")
    .action(async (folder, options) => (await import("../verbs/init.ts")).init(folder, options))
