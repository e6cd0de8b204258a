import { Command } from "@commander-js/extra-typings"

import { date, position } from "./count.ts"
import { storeCommand } from "./store-command.ts"

const verbs = () => import("../verbs/group.ts")

export const group = () =>
  new Command("group")
    .description("stop, start, reset a consumer group, or skip a message for it")
    .addCommand(
      storeCommand("stop", "hand nothing more to a group", 'millrace group stop mailer-welcome --reason "mail is down"')
        .argument("<group>")
        .option("--reason <text>", "why, shown wherever the group is shown", "stopped by an operator")
        .action(async (name, options) => (await verbs()).stop(name, options)),
    )
    .addCommand(
      storeCommand("start", "make a stopped group work again", "millrace group start mailer-welcome")
        .argument("<group>")
        .action(async (name, options) => (await verbs()).start(name, options)),
    )
    .addCommand(
      storeCommand("reset", "handle again what a group has handled", "millrace group reset cart_totals --yes")
        .argument("<group>")
        .option(
          "--to-position <position>",
          "handle again what lies above this position (default: everything)",
          position,
        )
        .option("--to-date <date>", "handle again what was stored from this date on", date)
        .option("--reemit", "produce the effects again, with new ids (default: they are dropped and counted)")
        .option("-y, --yes", "do not ask")
        .action(async (name, options) => (await verbs()).reset(name, options)),
    )
    .addCommand(
      storeCommand("skip", "never hand a message to a group", "millrace group skip mailer-welcome 1042 --yes")
        .argument("<group>")
        .argument("<position>", "the message's position", position)
        .option("-y, --yes", "do not ask")
        .action(async (name, at, options) => (await verbs()).skip(name, at, options)),
    )
