import { Command } from "@commander-js/extra-typings"

import { count, date } from "./count.ts"
import { storeCommand } from "./store-command.ts"

const verbs = () => import("../verbs/scheduled.ts")

export const scheduled = () =>
  new Command("scheduled")
    .description("messages that are not due yet: list, cancel, reschedule")
    .addCommand(
      storeCommand("list", "in the order in which they fall due", "millrace scheduled list --limit 20")
        .option("--limit <n>", "at most so many", count, 100)
        .action(async (options) => (await verbs()).list(options)),
    )
    .addCommand(
      storeCommand("cancel", "take schedules back", "millrace scheduled cancel 0198f2c1-… --yes")
        .argument("<message-ids...>")
        .option("-y, --yes", "do not ask")
        .action(async (ids, options) => (await verbs()).cancel(ids, options)),
    )
    .addCommand(
      storeCommand(
        "reschedule",
        "move schedules to another date",
        "millrace scheduled reschedule 0198f2c1-… --at 2027-01-01",
      )
        .argument("<message-ids...>")
        .requiredOption("--at <date>", "when they are due then", date)
        .action(async (ids, options) => (await verbs()).reschedule(ids, options)),
    )
