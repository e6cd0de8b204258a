import { ok } from "node:assert/strict"
import { inspect } from "node:util"

import type { Config } from "../src/config/config.ts"
import { ConfigError } from "../src/config/index.ts"
import { SECRET } from "./configs-by-chance.ts"

/** A config, or what is said of why it is none. Anything but an error of ours is a defect. */
export function triedConfig(load: () => Config): Config | string {
  try {
    return load()
  } catch (error) {
    ok(error instanceof ConfigError, `not an error of ours: ${inspect(error)}`)
    ok(error.problems.length > 0, "it says of nothing what is wrong")
    for (const { message } of error.problems) ok(message.length > 0, "a problem says nothing")
    const shown = [error.message, inspect(error, { depth: 12, showHidden: true }), JSON.stringify(error)].join("\n")
    ok(!shown.includes(SECRET), `the password is shown: ${shown}`)
    return error.message
  }
}
