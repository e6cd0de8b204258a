import type { Bench } from "../harness/bench.ts"
import { beingWatched } from "../subjects/millrace/telemetry/being-watched.ts"

/** Telemetry that nobody hears may cost this much, no more. */
const NOTHING_MEASURABLE = 0.98

/** A quarter of a minute on a machine that does nothing else. */
const LIMIT_MS = 10 * 60_000

/** What it costs to be watched, in processor time: with nobody listening, and with ever more. */
export const telemetry: Bench = {
  name: "telemetry",
  what: "messages appended by 64 callers and handled by a no-op handler, by the processor time that they take",
  unit: "messages per CPU second",
  course: beingWatched,
  limitMs: LIMIT_MS,
  claims: [{ kind: "ratio", name: "telemetry-off", of: "without SDK", to: "millrace", bar: NOTHING_MEASURABLE }],
}
