/** Work that goes on beside whoever began it: stopping and draining wait for it. */
export interface Background {
  readonly size: number
  /** Takes work in until it has ended, however it ends. Answers the same promise. */
  readonly add: <T>(work: Promise<T>) => Promise<T>
  /** Resolves when one of those that go on now has ended. */
  any(): Promise<void>
  /** Resolves when all that go on now have ended. */
  all(): Promise<void>
}

export function createBackground(): Background {
  const running = new Set<Promise<void>>()
  return {
    get size() {
      return running.size
    },
    add(work) {
      const kept = work.then(
        () => {},
        () => {},
      )
      running.add(kept)
      void kept.then(() => running.delete(kept))
      return work
    },
    any: () => Promise.race(running),
    async all() {
      await Promise.all(running)
    },
  }
}
