import { describe, it } from "node:test"

import { backendConformance } from "@millrace/testing/conformance"

import { sqliteHarness } from "../conformance/sqlite-harness.ts"

backendConformance({ describe, it }, sqliteHarness)
