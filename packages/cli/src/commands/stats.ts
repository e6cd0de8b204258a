import { storeCommand } from "./store-command.ts"

export const stats = () =>
  storeCommand("stats", "figures of the log and of each consumer group", "millrace stats --url sqlite:app.db").action(
    async (options) => (await import("../verbs/stats.ts")).stats(options),
  )
