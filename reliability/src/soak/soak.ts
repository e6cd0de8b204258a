import type { Finding } from "../audit/findings.ts"
import { type Crew, hire } from "./crew/hire.ts"
import { gaugeServer } from "./gauges/gauge-server.ts"
import type { ServerGauge } from "./gauges/server-gauge.ts"
import { type Samples, takeSamples } from "./gauges/take-samples.ts"
import { checkBooks } from "./judge/check-books.ts"
import { checkKept } from "./judge/check-kept.ts"
import { type Flatness, flatness } from "./judge/flatness.ts"
import { seriesOf } from "./judge/series-of.ts"
import { type Capacity, measureCapacity } from "./measure-capacity.ts"
import { Look, Sent } from "./member/asks.ts"
import type { Plant } from "./mill/plant.ts"
import { openGround } from "./open-ground.ts"
import { readBooks } from "./read-books.ts"
import type { SoakBackend } from "./soak-backend.ts"
import { untilIdle } from "./until-idle.ts"

export interface SoakRun {
  readonly backend: SoakBackend
  readonly lengthMs: number
  /** For how long capacity is measured. */
  readonly measureMs: number
  /** The steady load, in orders. Default: half of the capacity. */
  readonly perSecond?: number
  /** How often everything is looked at. Default: once a second. */
  readonly everyMs?: number
  /** Faults of the first worker. Default: none. */
  readonly plants?: readonly Plant[]
}

/** What came of a soak on one storage. */
export interface SoakOutcome {
  readonly backend: SoakBackend
  readonly settings: string
  readonly capacity: Capacity
  /** The steady load, in orders. */
  readonly perSecond: number
  readonly lengthMs: number
  readonly samples: Samples
  readonly flatness: readonly Flatness[]
  /** Acknowledged orders, those of the measurement included. */
  readonly orders: number
  readonly findings: readonly Finding[]
}

/** The steady load as a share of what was measured. */
const SHARE_OF_CAPACITY = 0.5
const SAMPLE_EVERY_MS = 1_000

/** Measures what a storage and its processes bear, lets them bear half of it for a while, and judges what was seen and what is left. All it started is gone when it resolves or rejects. */
export async function soak(run: SoakRun, signal: AbortSignal): Promise<SoakOutcome> {
  const ground = await openGround(run.backend)
  let crew: Crew | undefined
  let gauge: ServerGauge | undefined
  try {
    crew = await hire(ground.url, run.plants ?? [])
    gauge = await gaugeServer(run.backend, ground.url)
    const capacity = await measureCapacity(crew, run.measureMs, signal)
    const perSecond = run.perSecond ?? capacity.perSecond * SHARE_OF_CAPACITY
    // What was noted while capacity was measured is none of the load's.
    await Promise.all(crew.all.map((member) => member.ask({ ask: "look", collect: true }, Look)))
    const load = crew.writer.ask({ ask: "steady", forMs: run.lengthMs, perSecond }, Sent)
    const { operator } = crew
    const settled = load.then(() => untilIdle({ operator }, signal))
    const everyMs = run.everyMs ?? SAMPLE_EVERY_MS
    const samples = await takeSamples({ crew, gauge, signal, everyMs, lengthMs: run.lengthMs }, settled)
    signal.throwIfAborted()
    const unsettled = await settled
    const { orders, failed } = await load
    const books = await readBooks(crew, ground)
    await Promise.all(crew.all.map((member) => member.stop()))
    const evidence = await ground.read?.()
    return {
      backend: run.backend,
      settings: ground.settings,
      capacity,
      perSecond,
      lengthMs: run.lengthMs,
      samples,
      flatness: seriesOf(samples.samples, perSecond).map((series) => flatness(series)),
      orders,
      findings: [
        ...failed.map((says): Finding => ({ kind: "lost", says: `an order was not stored: ${says}` })),
        ...unsettled,
        // What still waits is not lost.
        ...checkBooks(evidence?.projections ?? books, orders).filter(
          ({ kind }) => unsettled.length === 0 || kind !== "lost",
        ),
        ...(evidence === undefined ? [] : checkKept(evidence)),
      ],
    }
  } finally {
    await gauge?.close()
    await Promise.all((crew?.all ?? []).map((member) => member.kill()))
    await ground.close()
  }
}
