import { Command } from "@commander-js/extra-typings"

import { count } from "./count.ts"
import { storeCommand } from "./store-command.ts"

const verbs = () => import("../verbs/dead-letters.ts")

export const deadLetters = () =>
  new Command("dead-letters")
    .description("streams that wait for a person: list, show, retry, discard")
    .addCommand(
      storeCommand("list", "every dead letter, with its error", "millrace dead-letters list --group mailer-welcome")
        .option("--group <group>", "only those of this group")
        .option("--limit <n>", "at most so many", count, 100)
        .action(async (options) => (await verbs()).list(options)),
    )
    .addCommand(
      storeCommand("show", "a dead letter with its message", "millrace dead-letters show mailer-welcome auth")
        .argument("<group>")
        .argument("<key>", "the stream (or key) that waits")
        .action(async (group, key, options) => (await verbs()).show(group, key, options)),
    )
    .addCommand(
      storeCommand("retry", "handle dead letters again", "millrace dead-letters retry mailer-welcome")
        .argument("<group>")
        .argument("[keys...]", "only these streams (or keys); all without any")
        .action(async (group, keys, options) => (await verbs()).retry(group, keys, options)),
    )
    .addCommand(
      storeCommand(
        "discard",
        "pass over the message that a dead letter waits at",
        "millrace dead-letters discard mailer-welcome auth --yes",
      )
        .argument("<group>")
        .argument("<key>", "the stream (or key) that waits")
        .option("-y, --yes", "do not ask")
        .action(async (group, key, options) => (await verbs()).discard(group, key, options)),
    )
