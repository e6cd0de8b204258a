import { storeCommand } from "./store-command.ts"

export const exportVerb = () =>
  storeCommand("export", "write a whole log to a file, a JSON document a line", "millrace export shop.jsonl")
    .argument("<file>", "the file; an interrupted export to it is gone on with")
    .action(async (file, options) => (await import("../verbs/export.ts")).exportLog(file, options))
