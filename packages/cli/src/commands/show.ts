import { count } from "./count.ts"
import { storeCommand } from "./store-command.ts"

export const show = () =>
  storeCommand("show", "a stream's messages, commands included", "millrace show cart-1 --last 10")
    .argument("<stream>")
    .option("--last <n>", "only its last so many", count)
    .action(async (stream, options) => (await import("../verbs/show.ts")).show(stream, options))
