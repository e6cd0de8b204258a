import type { Backend, Wake } from "@millrace/core/backend"

/** An ear that remembers what it heard. */
export interface Ear {
  /** Resolves at the first wake-up after `forget` for which `wanted` holds. */
  heard(wanted: (wake: Wake) => boolean): Promise<Wake>
  forget(): void
  readonly count: () => number
  close(): Promise<void>
}

/** Listens to a backend. */
export async function listenTo(backend: Backend): Promise<Ear> {
  const wakes: Wake[] = []
  const waiting = new Set<(wake: Wake) => void>()
  const listening = await backend.listen((wake) => {
    wakes.push(wake)
    for (const tell of waiting) tell(wake)
  })
  return {
    heard: (wanted) =>
      new Promise((resolve) => {
        const before = wakes.find((wake) => wanted(wake))
        if (before !== undefined) return resolve(before)
        const tell = (wake: Wake): void => {
          if (!wanted(wake)) return
          waiting.delete(tell)
          resolve(wake)
        }
        waiting.add(tell)
      }),
    forget: () => void wakes.splice(0),
    count: () => wakes.length,
    close: () => listening.close(),
  }
}

/** Whether a wake-up may mean messages of this type. */
export const tellsOf =
  (type: string) =>
  (wake: Wake): boolean =>
    wake.kind === "messages" && (wake.types === null || wake.types.includes(type))
