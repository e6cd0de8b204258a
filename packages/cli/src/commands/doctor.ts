import { Option } from "@commander-js/extra-typings"

import { span } from "./count.ts"
import { storeCommand } from "./store-command.ts"

/** Longer than most handlers take, and soon enough for somebody who was called. */
const HANGING_AFTER_MS = 5 * 60_000

export const doctor = () =>
  storeCommand(
    "doctor",
    "look for what is wrong, and say what to do: exit code 1 when something is",
    "millrace doctor --hanging-after 10m --url postgres://…",
  )
    .addOption(
      new Option(
        "--hanging-after <span>",
        "a group hangs when its oldest message has waited so long, and nothing of it is settled",
      )
        .argParser(span)
        .default(HANGING_AFTER_MS, "5m"),
    )
    .action(async (options) => (await import("../verbs/doctor.ts")).doctor(options))
