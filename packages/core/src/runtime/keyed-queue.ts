/** Runs work one after another per key, side by side across keys: so many at a time, the others in the order they came. */
export interface KeyedQueue {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function keyedQueue(atOnce: number): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>()
  const waiting: (() => void)[] = []
  let running = 0
  /** One of the places, kept for as long as the work lasts. What waits for others of its key takes none. */
  const placed = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running += 1
    else await new Promise<void>((resolve) => void waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
  return {
    async run(key, work) {
      const before = tails.get(key) ?? Promise.resolve()
      const mine = before.then(
        () => placed(work),
        () => placed(work),
      )
      const tail = mine.catch(() => {})
      tails.set(key, tail)
      try {
        return await mine
      } finally {
        if (tails.get(key) === tail) tails.delete(key)
      }
    },
  }
}
