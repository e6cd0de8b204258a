/** What so many calls took, in milliseconds. */
export interface Timing {
  readonly calls: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** Calls again and again for so long, from so many callers at once, each waiting for its own answer. */
export async function timed(
  callers: number,
  forMs: number,
  call: (caller: number) => Promise<unknown>,
): Promise<Timing> {
  const took: number[] = []
  const began = performance.now()
  const caller = async (number: number): Promise<void> => {
    while (performance.now() - began < forMs) {
      const before = performance.now()
      await call(number)
      took.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)))
  return timingOf(took, performance.now() - began)
}

/** The figures of calls that took this long each, all of them together `ms`. */
export function timingOf(took: number[], ms: number): Timing {
  took.sort((a, b) => a - b)
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
  return {
    calls: took.length,
    perSecond: Math.round((took.length * 1_000) / ms),
    p50: rounded(at(0.5)),
    p99: rounded(at(0.99)),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
