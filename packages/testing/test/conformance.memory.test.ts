import { describe, it } from "vitest"

import { backendConformance } from "../src/conformance/index.ts"
import { memoryHarness } from "./conformance/memory-harness.ts"

describe("on memory", () => {
  backendConformance({ describe, it }, memoryHarness())
})
