import { describe, it } from "vitest"

import { backendConformance } from "../src/conformance/index.ts"
import { sqliteHarness } from "./conformance/sqlite-harness.ts"

describe("on sqlite", () => {
  backendConformance({ describe, it }, sqliteHarness)
})
