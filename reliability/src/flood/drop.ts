import { event } from "@millrace/core"
import * as Schema from "effect/Schema"

/** One of the messages a process is flooded with; it carries the number of its write. */
export const Drop = event("flood.drop", Schema.Struct({ number: Schema.Int }))

const STREAMS = 1_000

/** The stream that a write goes to. */
export function pipeOf(number: number): string {
  return `pipe-${number % STREAMS}`
}
