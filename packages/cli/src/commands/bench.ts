import { count } from "./count.ts"
import { storeCommand } from "./store-command.ts"

export const bench = () =>
  storeCommand(
    "bench",
    "measure this store from this machine, in a log of its own that is removed again",
    "millrace bench --url postgres://localhost/shop",
  )
    .option("--seconds <n>", "how long each kind of append is tried", count, 3)
    .action(async (options) => (await import("../verbs/bench.ts")).bench(options))
