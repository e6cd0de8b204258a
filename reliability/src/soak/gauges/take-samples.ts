import { setTimeout as pause } from "node:timers/promises"

import type { Histogram } from "hdr-histogram-js"

import type { Crew } from "../crew/hire.ts"
import { Look, Stats, Trimmed } from "../member/asks.ts"
import { newHistogram } from "../member/latencies.ts"
import { openFiles } from "./open-files.ts"
import { quantilesOf, together } from "./quantiles-of.ts"
import type { Sample } from "./sample.ts"
import type { ServerGauge } from "./server-gauge.ts"

/** Every so many-th sample, in a long run, garbage is collected first and retention runs. */
const COLLECT_EVERY = 5
/** A short run has at least so many of them. */
const LEAST_COLLECTED = 20
/** What retention leaves beside what waits: the newest messages. An actor needs its events since its last snapshot, and these hold several times as many of each. */
export const KEPT = 20_000

export interface Samples {
  readonly samples: readonly Sample[]
  /** All latencies of the load. */
  readonly stored: Histogram
  readonly handled: Histogram
  readonly removed: number
}

export interface Sampling {
  readonly crew: Crew
  readonly gauge: ServerGauge
  readonly signal: AbortSignal
  readonly everyMs: number
  readonly lengthMs: number
}

/** Looks at everything again and again, and lets retention run, until `over` resolves. */
export async function takeSamples(
  { crew, gauge, signal, everyMs, lengthMs }: Sampling,
  over: Promise<unknown>,
): Promise<Samples> {
  const samples: Sample[] = []
  const collectEvery = Math.min(COLLECT_EVERY, Math.max(1, Math.floor(lengthMs / everyMs / LEAST_COLLECTED)))
  const all = { stored: newHistogram(), handled: newHistogram() }
  let removed = 0
  let ended = false
  const ending = over.then(
    () => (ended = true),
    () => (ended = true),
  )
  const began = performance.now()
  for (let count = 1; !ended && !signal.aborted; count += 1) {
    await Promise.race([pause(Math.max(0, count * everyMs - (performance.now() - began))), ending])
    const collect = count % collectEvery === 0
    const looks = await Promise.all(
      crew.all.map(async (member) => ({
        name: member.name,
        ...(await member.ask({ ask: "look", collect }, Look)),
        files: await openFiles(member.pid),
      })),
    )
    const stored = together(looks.map((look) => look.stored))
    const handled = together(looks.map((look) => look.handled))
    all.stored.add(stored)
    all.handled.add(handled)
    samples.push({
      atMs: performance.now() - began,
      members: looks.map(({ name, rss, heap, files }) => ({
        name,
        rss,
        heap: heap ?? undefined,
        handles: files?.handles,
        sockets: files?.sockets,
      })),
      server: await gauge.look(),
      stats: await crew.operator.ask({ ask: "stats" }, Stats),
      stored: quantilesOf(stored),
      handled: quantilesOf(handled),
    })
    if (collect) removed += (await crew.operator.ask({ ask: "trim", keep: KEPT }, Trimmed)).removed
  }
  return { samples, ...all, removed }
}
