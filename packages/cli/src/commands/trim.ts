import { Command } from "@commander-js/extra-typings"

import { position } from "./count.ts"
import { storeCommand } from "./store-command.ts"

const verbs = () => import("../verbs/trim.ts")

export const trim = () =>
  new Command("trim")
    .description("remove old messages, as far as every group has settled them")
    .addCommand(
      storeCommand("log", "remove everything up to a position", "millrace trim log 100000 --yes")
        .argument("<position>", "the last position to remove", position)
        .option("--force", "also what groups have not settled; it is listed with them")
        .option("-y, --yes", "do not ask")
        .action(async (upto, options) => (await verbs()).log(upto, options)),
    )
    .addCommand(
      storeCommand(
        "category",
        "remove the oldest messages of an API's (or any category's) streams",
        "millrace trim category auth --keep 100000 --yes",
      )
        .argument("<category>", "the part of stream ids before the first dash: of a bus, the API's name")
        .requiredOption("--keep <n>", "how many of its newest messages stay", position)
        .option("--force", "also what groups have not settled; it is listed with them")
        .option("-y, --yes", "do not ask")
        .action(async (category, options) => (await verbs()).category(category, options)),
    )
