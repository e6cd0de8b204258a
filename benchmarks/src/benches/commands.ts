import { type Bench, type Contender, subjectOf } from "../harness/bench.ts"
import { type CommandTarget, commandUnderLoad } from "../harness/command-load.ts"
import { type Bars, ratios } from "../harness/ratios.ts"

/** Who decides commands, and how much faster Millrace is to be. */
export interface CommandBench {
  readonly rounds: number
  readonly contenders: readonly Contender<CommandTarget>[]
  readonly bars: Bars
}

/** Commands decided on the state of long streams. */
export function commandsOnLongStreams({ rounds, contenders, bars }: CommandBench): Bench {
  const name = "commands-1000-events"
  const load = { callers: 8, events: 1_000, warmUpMs: 1_000, spanMs: 2_500 }
  return {
    name,
    what: "commands decided on the state of a stream of 1,000 events and stored with their event, 8 callers, a stream each",
    unit: "commands/s",
    rounds,
    subjects: contenders.map((one) => subjectOf(one, (target) => commandUnderLoad(target, load))),
    claims: ratios(name, bars),
  }
}
