/** Collects what callers hand in while a group is being written, and writes one group at a time: the least a group commit over a network can be. */
export function groupedAsync<Item>(write: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let waiting: { readonly item: Item; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []
  let running = false

  const pump = async (): Promise<void> => {
    await Promise.resolve() // callers of the same turn share the first group too
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await write(group.map(({ item }) => item))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    running = false
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      void pump()
    })
}
