import { Command, InvalidArgumentError, Option } from "commander"

import { FLIGHTS } from "./data-set.ts"
import { storages } from "./storages.ts"

/** What the command line asks for. */
export interface DemoOptions {
  readonly backend: string
  readonly flights: number
  readonly workers: number
  readonly seed: number
  /** Where the database file and the board of routes go; a temporary folder when there is none. */
  readonly folder?: string
  /** Runs nothing: proves what an earlier run left behind. */
  readonly proveOnly?: true
}

/** The most workers. */
const MOST_WORKERS = 32

/** Reads the command line. Ends the process where it asks for help, or for something impossible. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const command = new Command("npm run demo --")
    .description(
      "Real flights through commands, actors, reactions and projections, with a worker killed in the middle.",
    )
    .option(
      "--backend <url or name>",
      `where to keep the log: memory, ${[...storages.keys()].join(", ")}, or a URL`,
      "sqlite",
    )
    .addOption(whole("--flights <count>", "how many flights of the data set", 1, FLIGHTS).default(FLIGHTS))
    .addOption(whole("--workers <count>", "how many workers share the work", 1, MOST_WORKERS).default(2))
    .addOption(whole("--seed <number>", "decides the ids, and which worker is killed when", 0, 2 ** 31).default(1))
    .option("--folder <path>", "keep the files here instead of in a temporary folder")
    .option("--prove-only", "run nothing: prove what an earlier run left in --folder")
    .parse(argv)
  const options = command.opts<DemoOptions>()
  if (options.proveOnly === true && options.folder === undefined) {
    command.error("error: --prove-only needs the --folder of the run that is to be proved")
  }
  return options
}

function whole(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
  })
}
