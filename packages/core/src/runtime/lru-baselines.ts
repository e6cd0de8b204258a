import type { Baseline, Baselines } from "../reactor/registration.ts"

/** Baselines kept in the process, the least recently used out first. */
export function lruBaselines(limit: number): Baselines {
  const kept = new Map<string, Baseline>()
  return {
    get(key) {
      const found = kept.get(key)
      if (found !== undefined) kept.delete(key)
      return found
    },
    set(key, baseline) {
      kept.delete(key)
      kept.set(key, baseline)
      if (kept.size <= limit) return
      const oldest = kept.keys().next()
      if (oldest.done !== true) kept.delete(oldest.value)
    },
    delete(key) {
      kept.delete(key)
    },
  }
}
