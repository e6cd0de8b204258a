import { type Faults, noFaults, type Sample } from "./sample.ts"
import { quantile } from "./statistics.ts"

/** What is appended: the `number`-th entry of one stream, from 1. About 120 bytes of JSON. */
export interface Entry {
  readonly stream: string
  readonly number: number
  readonly product: string
  readonly quantity: number
  readonly price: number
  readonly note: string
}

/** A log under load. `append` resolves once the entry is durable. */
export interface AppendTarget {
  append(entry: Entry): Promise<unknown>
  /** Every entry stored, in log order. */
  stored(): Promise<readonly Pick<Entry, "stream" | "number">[]> | readonly Pick<Entry, "stream" | "number">[]
  close(): Promise<void> | void
}

export interface Load {
  readonly callers: number
  /** Streams that each caller appends to in rotation. Default 8. */
  readonly streamsPerCaller?: number
  /** Entries that each stream has before. Default 0. */
  readonly stored?: number
  /** Begins the names of the streams: several processes append to different ones. Default `cart`. */
  readonly prefix?: string
  /** Fields that each entry has besides its own. */
  readonly payload?: Readonly<Partial<Entry>>
  readonly warmUpMs: number
  readonly spanMs: number
}

const STREAMS_PER_CALLER = 8

/** The stream that a caller appends to in a turn. */
export function streamOf(caller: number, turn: number, streamsPerCaller: number, prefix = "cart"): string {
  return `${prefix}-${caller}.${turn % streamsPerCaller}`
}

/** Puts a load on a target, then reads the log back and looks for faults. */
export async function appendUnderLoad(target: AppendTarget, load: Load): Promise<Sample> {
  try {
    const { sample, confirmed } = await keepAppending(target, load)
    return { ...sample, faults: faultsOf(confirmed, await target.stored()) }
  } finally {
    await target.close()
  }
}

/** What was confirmed, by stream: its last number. */
export type Confirmed = ReadonlyMap<string, number>

/** Keeps `callers` appends in flight and counts those confirmed within the span. */
export async function keepAppending(
  target: Pick<AppendTarget, "append">,
  load: Load,
): Promise<{ readonly sample: Sample; readonly confirmed: Confirmed }> {
  const confirmed = new Map<string, number>()
  const latencies: number[] = []
  const from = performance.now() + load.warmUpMs
  const until = from + load.spanMs
  const { streamsPerCaller = STREAMS_PER_CALLER, stored: before = 0 } = load

  const call = async (caller: number): Promise<void> => {
    for (let turn = 0; performance.now() < until; turn += 1) {
      const stream = streamOf(caller, turn, streamsPerCaller, load.prefix)
      const number = before + Math.floor(turn / streamsPerCaller) + 1
      const began = performance.now()
      await target.append({ ...entryOf(stream, number), ...load.payload })
      const ended = performance.now()
      confirmed.set(stream, number)
      if (ended >= from && ended < until) latencies.push(ended - began)
    }
  }

  await Promise.all(Array.from({ length: load.callers }, (_, caller) => call(caller)))
  latencies.sort((a, b) => a - b)
  const facts = { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) }
  const value = (latencies.length * 1_000) / load.spanMs
  return { sample: { value, operations: latencies.length, faults: noFaults, facts }, confirmed }
}

export function entryOf(stream: string, number: number): Entry {
  return {
    stream,
    number,
    product: `product-${number % 1_000}`,
    quantity: 1 + (number % 5),
    price: 1_299,
    note: "to be wrapped",
  }
}

/** Compares what was confirmed (per stream, the last number; all below it too) with what the log holds. */
export function faultsOf(confirmed: Confirmed, stored: readonly Pick<Entry, "stream" | "number">[]): Faults {
  const seen = new Map<string, Set<number>>()
  const last = new Map<string, number>()
  let doubled = 0
  let outOfOrder = 0
  for (const { stream, number } of stored) {
    const numbers = seen.get(stream) ?? new Set()
    seen.set(stream, numbers)
    if (numbers.has(number)) doubled += 1
    else if (number < (last.get(stream) ?? 0)) outOfOrder += 1
    numbers.add(number)
    last.set(stream, Math.max(number, last.get(stream) ?? 0))
  }
  let lost = 0
  for (const [stream, count] of confirmed) {
    const numbers = seen.get(stream)
    for (let number = 1; number <= count; number += 1) if (numbers?.has(number) !== true) lost += 1
  }
  return { lost, doubled, outOfOrder }
}
