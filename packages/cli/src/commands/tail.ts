import { count, position } from "./count.ts"
import { storeCommand } from "./store-command.ts"

export const tail = () =>
  storeCommand("tail", "the newest messages of the log", "millrace tail --follow --type auth.user_created")
    .option("-f, --follow", "go on with those to come, until interrupted")
    .option("-n, --lines <n>", "how many of those that are there", count, 10)
    .option("--after <position>", "all from above this position", position)
    .option("--type <type...>", "only of these types")
    .option("--stream <stream>", "only of this stream")
    .option("--correlation <id>", "only of this conversation")
    .action(async (options) => (await import("../verbs/tail.ts")).tail(options))
