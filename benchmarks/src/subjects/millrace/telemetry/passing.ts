import type { HandlingObserver, Instrumentation } from "../../../../../packages/core/src/index.ts"

const handling: HandlingObserver = {
  handle: (_deliveries, call) => call(),
  within: (_delivery, call) => call(),
  produced: () => NOTHING,
  failed() {},
}

const NOTHING = Object.freeze({})

/** Is told everything and does nothing with it: all that the seam itself costs. */
export const passing: Instrumentation = {
  heard: () => true,
  write: (_writing, write) => write(NOTHING),
  append: (_appends, store) => store(),
  handling: () => handling,
  settle: (_settling, settle) => settle(),
  claimed() {},
  watch: () => () => {},
}
