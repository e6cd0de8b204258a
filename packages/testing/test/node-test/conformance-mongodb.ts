import { after, describe, it } from "node:test"

import { backendConformance } from "@millrace/testing/conformance"

import { startMongo } from "../../src/servers/start-mongo.ts"
import { mongodbHarness } from "../conformance/mongodb-harness.ts"
import { rulesOfThisRun } from "./rules-of-this-run.ts"

const server = await startMongo()
const harness = mongodbHarness(() => server.urlOf(`published_${process.pid}`))
after(async () => {
  await harness.close()
  await server.stop()
})
backendConformance({ describe, it }, harness, rulesOfThisRun())
