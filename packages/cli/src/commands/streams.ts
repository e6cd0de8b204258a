import { count } from "./count.ts"
import { storeCommand } from "./store-command.ts"

export const streams = () =>
  storeCommand("streams", "streams, the most recently appended to first", "millrace streams --category cart --limit 20")
    .option("--category <category>", "only those of this category: cart for cart-1")
    .option("--limit <n>", "at most so many", count, 100)
    .action(async (options) => (await import("../verbs/streams.ts")).streams(options))
