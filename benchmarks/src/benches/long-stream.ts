import type { Bench, Round } from "../harness/bench.ts"
import type { LongStream } from "../subjects/millrace/long-stream.ts"

const SHORT = 1_000
const LONG = 1_000_000
const ROUNDS = 5
const COMMANDS = 2_000

/** What a command on the long stream may take, once its process has loaded it. */
const BAR_MS = 5
/** What the first command of a new process may take there, with a snapshot at hand. */
const FIRST_BAR_MS = 50
const LIMIT_MS = 900_000

/** Commands on one stream of a million events: after the stream was loaded, and first of all, with a snapshot and without. */
export function longStreamCommands(open: (round: Round) => Promise<LongStream>): Bench {
  return {
    name: "long-stream",
    what: "a command on a stream of 1,000 and of 1,000,000 events: first of a process, and after that",
    unit: "ms p50",
    limitMs: LIMIT_MS,
    course: {
      names: ["command at 1k", "first, reading all of 1M", "command at 1M", "first, from a snapshot at 1M"],
      async run(round, emit) {
        const stream = await open(round)
        await stream.growTo(SHORT)
        for (let at = 0; at < ROUNDS; at += 1) emit("command at 1k", await stream.commands(COMMANDS))
        await stream.growTo(LONG)
        emit("first, reading all of 1M", await stream.firstCommand({ snapshot: false }))
        for (let at = 0; at < ROUNDS; at += 1) {
          emit("command at 1M", await stream.commands(COMMANDS))
          emit("first, from a snapshot at 1M", await stream.firstCommand({ snapshot: true }))
        }
        await stream.close()
      },
    },
    claims: [
      { kind: "limit", name: "long-stream-command-ms", of: "command at 1M", bar: BAR_MS },
      { kind: "limit", name: "long-stream-first-command-ms", of: "first, from a snapshot at 1M", bar: FIRST_BAR_MS },
      { kind: "ratio", name: "long-stream-flat", of: "command at 1k", to: "command at 1M", bar: 0.7 },
    ],
  }
}
