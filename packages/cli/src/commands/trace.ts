import { storeCommand } from "./store-command.ts"

export const trace = () =>
  storeCommand("trace", "a conversation as a tree, by the id of any of its messages", "millrace trace 0198f2c1-…")
    .argument("<message-id>")
    .action(async (id, options) => (await import("../verbs/trace.ts")).trace(id, options))
