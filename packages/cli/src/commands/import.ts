import { storeCommand } from "./store-command.ts"

export const importVerb = () =>
  storeCommand(
    "import",
    "make the log that a file was exported from, in a store that holds none",
    "millrace import shop.jsonl --url postgres://localhost/shop",
  )
    .argument("<file>", "what millrace export wrote; an interrupted import of it is gone on with")
    .action(async (file, options) => (await import("../verbs/import.ts")).importLog(file, options))
