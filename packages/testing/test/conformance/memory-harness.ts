import { type Backend, memoryBackend } from "@millrace/core"

import type { Harness } from "../../src/conformance/index.ts"
import type { TestClock } from "../../src/test-clock.ts"
import { steeredClock } from "./steered-clock.ts"

/** The harness of a backend in memory on a test clock; `alter` may put a defect into it. */
export function memoryHarness(alter: (backend: Backend, clock: TestClock) => Backend = (backend) => backend): Harness {
  return {
    name: "memory",
    lacks: ["persistence"],
    async open({ partitions, migrated }) {
      const { clock, setBack } = steeredClock()
      const backend = alter(memoryBackend({ partitions, clock }), clock)
      if (migrated) await backend.migrate()
      return {
        backend,
        reopen: () => Promise.resolve(backend),
        advance: (ms) => clock.advance(ms),
        setBack,
        dispose: () => backend.close(),
      }
    },
  }
}
