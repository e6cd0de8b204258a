import { actor, type Backend, command, createApp, event } from "../../../../packages/core/src/index.ts"
import { noFaults, type Sample } from "../../harness/sample.ts"
import { quantile } from "../../harness/statistics.ts"
import { numberIn } from "./number-in.ts"
import { quietLogger } from "./quiet-logger.ts"

const Amount = numberIn("amount")
const Add = command("meter.add", Amount)
const Added = event("meter.added", Amount)

/** Sums up: with a snapshot every thousand events, or without. */
const meter = (snapshot: boolean) =>
  actor("meter", () => ({ total: 0 }), snapshot ? { snapshot: { version: 1, schema: numberIn("total") } } : {})
    .event(Added, (state, { payload }) => {
      state.total += payload.amount
    })
    .command(Add, (_state, { payload }, { event: emit }) => {
      emit(Added, payload)
    })

/** A stream that grows, and an actor on it. */
export interface LongStream {
  /** Appends events until the stream holds so many. */
  growTo(events: number): Promise<void>
  /** What a process that has just started needs for its first command, in ms. */
  firstCommand(how: { readonly snapshot: boolean }): Promise<Sample>
  /** What a process that has loaded the stream needs for each of these commands, p50 in ms. */
  commands(times: number): Promise<Sample>
  close(): Promise<void>
}

const STREAM = "meter-1"
const BATCH = 1_000

/** Opens a log whose one stream is to grow. Every process it plays is an app of its own. */
export function longStream(backend: Backend): LongStream {
  let stored = 0
  const started = (snapshot: boolean) =>
    createApp({ backend, logger: quietLogger, reactors: [meter(snapshot)], migrate: false })

  /** Executes one command and says how long it took; the sum tells whether the state was right. */
  const timed = async (app: Awaited<ReturnType<typeof started>>): Promise<number> => {
    const from = performance.now()
    const { state, version } = await app.execute(Add(STREAM, { amount: 1 }))
    const ms = performance.now() - from
    stored += 1
    if (state.total !== stored || version !== stored)
      throw new Error(`the state says ${state.total} at version ${version}, and ${stored} events are stored`)
    return ms
  }

  return {
    async growTo(events) {
      const app = await started(false)
      while (stored < events) {
        const count = Math.min(BATCH, events - stored)
        const messages = Array.from({ length: count }, () => Added(STREAM, { amount: 1 }))
        await app.appendNextToStream(STREAM, messages)
        stored += count
      }
      await app.close()
    },
    async firstCommand({ snapshot }) {
      const app = await started(snapshot)
      const ms = await timed(app)
      await app.close()
      return { value: ms, operations: 1, faults: noFaults, facts: { at: stored, mb: rssMb() } }
    },
    async commands(times) {
      const app = await started(true)
      await timed(app)
      const each: number[] = []
      for (let at = 0; at < times; at += 1) each.push(await timed(app))
      await app.close()
      const sorted = each.toSorted((a, b) => a - b)
      const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
      return { value: p50, operations: times, faults: noFaults, facts: { p99, max: sorted.at(-1) ?? 0 } }
    },
    close: () => backend.close(),
  }
}

function rssMb(): number {
  return Math.round(process.memoryUsage().rss / 1_048_576)
}
