import { storeCommand } from "./store-command.ts"

export const workers = () =>
  storeCommand(
    "workers",
    "processes that work on the log, live ones first",
    "millrace workers --url sqlite:app.db",
  ).action(async (options) => (await import("../verbs/workers.ts")).workers(options))
