import { describe, it } from "node:test"

import { backendConformance } from "@millrace/testing/conformance"

import { startMongo } from "../../src/servers/start-mongo.ts"
import { mongodbHarness } from "../conformance/mongodb-harness.ts"

const server = await startMongo()
backendConformance(
  { describe, it },
  mongodbHarness(() => server.urlOf(`published_${process.pid}`)),
)
