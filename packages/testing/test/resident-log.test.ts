import { describe, it } from "vitest"

import { backendConformance } from "../src/conformance/index.ts"
import { recoveredHarness } from "./conformance/recovered-harness.ts"

backendConformance({ describe, it }, recoveredHarness())
