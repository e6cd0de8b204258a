/** Runs writes one at a time, in the order they were asked for. */
export interface WriteQueue {
  run<T>(write: () => T | Promise<T>): Promise<T>
}

/** A queue in which nothing waits while nobody is in it. What a write throws reaches its caller alone. */
export function writeQueue(): WriteQueue {
  const waiting: (() => void)[] = []
  let busy = false
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve)
    })
  return {
    async run(write) {
      if (busy) await turn()
      busy = true
      try {
        return await write()
      } finally {
        const next = waiting.shift()
        // The turn is passed on while the queue stays busy, so that nobody cuts in between.
        if (next === undefined) busy = false
        else next()
      }
    },
  }
}
