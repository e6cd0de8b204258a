/** Collects what callers hand in during a turn of the event loop and does it together: the least a group commit can be. */
export function grouped<Item>(write: (items: readonly Item[]) => void): (item: Item) => Promise<void> {
  let waiting: { readonly item: Item; readonly resolve: () => void }[] = []
  const flush = (): void => {
    const batch = waiting
    waiting = []
    write(batch.map(({ item }) => item))
    for (const { resolve } of batch) resolve()
  }
  return (item) =>
    new Promise((resolve) => {
      waiting.push({ item, resolve })
      if (waiting.length === 1) setImmediate(flush)
    })
}
