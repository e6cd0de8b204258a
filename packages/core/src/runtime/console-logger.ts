import type { Logger } from "../reactor/logger.ts"

/** Writes warnings and errors to stderr, one line each; what is less important is left to a real logger. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (facts, text) => write("warn", facts, text),
  error: (facts, text) => write("error", facts, text),
}

function write(level: "warn" | "error", facts: object, text: string): void {
  console[level](`millrace ${level}: ${text}${described(facts)}`)
}

function described(facts: object): string {
  const parts = Object.entries(facts).map(
    ([name, value]) => `${name}=${value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value)}`,
  )
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`
}
