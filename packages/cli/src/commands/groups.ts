import { storeCommand } from "./store-command.ts"

export const groups = () =>
  storeCommand(
    "groups",
    "each consumer group: status, lag, lanes, error",
    "millrace groups --url sqlite:app.db",
  ).action(async (options) => (await import("../verbs/groups.ts")).groups(options))
