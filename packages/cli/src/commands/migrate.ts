import { storeCommand } from "./store-command.ts"

export const migrate = () =>
  storeCommand(
    "migrate",
    "create what the log needs, or bring it up to date",
    "millrace migrate --dry-run --url postgres://…",
  )
    .option("--dry-run", "only list the steps")
    .action(async (options) => (await import("../verbs/migrate.ts")).migrate(options))
