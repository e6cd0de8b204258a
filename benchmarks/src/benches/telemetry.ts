import type { Bench } from "../harness/bench.ts"
import { beingWatched } from "../subjects/millrace/telemetry/being-watched.ts"
import {
  doingNothing,
  unwatched,
  unwatchedAgain,
  withoutSdk,
  withoutSites,
  withSdk,
} from "../subjects/millrace/telemetry/watched.ts"

/** Telemetry that nobody hears may cost this much, no more. */
const NOTHING_MEASURABLE = 0.98

/** How well the ratios have to be known, to either side: a third of what may be lost. The figures of what it costs to listen matter less. */
const WELL = 0.006
const ROUGHLY = 0.02

/** A minute on a machine that does nothing else. */
const LIMIT_MS = 10 * 60_000

const what = "messages appended by 64 callers and handled by a no-op handler, by the processor time that they take"
const unit = "messages per CPU second"

/** What telemetry costs that nobody hears, beside a Millrace that has none. */
export const telemetryOff: Bench = {
  name: "telemetry-off",
  what,
  unit,
  course: beingWatched([withoutSites, unwatched, unwatchedAgain, withoutSdk], WELL),
  limitMs: LIMIT_MS,
  claims: [
    atLeast("telemetry-off", unwatched.name, withoutSites.name),
    atLeast("telemetry-without-sdk", withoutSdk.name, withoutSites.name),
    atLeast("telemetry-same-twice", unwatchedAgain.name, unwatched.name),
  ],
}

/** What it costs when somebody listens. */
export const telemetryOn: Bench = {
  name: "telemetry-on",
  what,
  unit,
  course: beingWatched([unwatched, doingNothing, withSdk], ROUGHLY),
  limitMs: LIMIT_MS,
  claims: [],
}

function atLeast(name: string, of: string, to: string): Bench["claims"][number] {
  return { kind: "ratio", name, of, to, bar: NOTHING_MEASURABLE, surely: true }
}
