import { Command } from "@commander-js/extra-typings"

import { storeCommand } from "./store-command.ts"

const verbs = () => import("../verbs/schema.ts")

export const schema = () =>
  new Command("schema")
    .description("the schemas of APIs that services have published: dump them, check a change against them")
    .addCommand(
      storeCommand("dump", "print them as JSON: all, or those of some APIs", "millrace schema dump auth > auth.json")
        .argument("[apis...]")
        .option("--history", "every release, oldest first")
        .action(async (apis, options) => (await verbs()).dump(apis, options)),
    )
    .addCommand(
      storeCommand(
        "check",
        "tell what a change breaks, and whose listeners: exit code 1 when it breaks something",
        "millrace schema check src/apis.ts",
      )
        .argument("<file>", "a module that exports APIs, or what dump printed")
        .action(async (file, options) => (await verbs()).check(file, options)),
    )
