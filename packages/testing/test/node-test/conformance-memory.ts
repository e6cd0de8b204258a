import { describe, it } from "node:test"

import { backendConformance } from "@millrace/testing/conformance"

import { memoryHarness } from "../conformance/memory-harness.ts"

backendConformance({ describe, it }, memoryHarness())
