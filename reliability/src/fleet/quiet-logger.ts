import { consoleLogger, type Logger, silentLogger } from "@millrace/core"

/** Says nothing, for most of what happens is meant to; `CHAOS_LOG=1` lets it talk. */
export const quietLogger: Logger = process.env["CHAOS_LOG"] === "1" ? consoleLogger : silentLogger
