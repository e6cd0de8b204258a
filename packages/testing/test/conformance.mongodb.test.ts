import { afterAll, describe, it } from "vitest"

import { backendConformance } from "../src/conformance/index.ts"
import { mongodbHarness } from "./conformance/mongodb-harness.ts"
import { mongoForTests } from "./mongo-for-tests.ts"

const { server, missing } = await mongoForTests()

describe.skipIf(server === undefined)(`on mongodb${missing === undefined ? "" : ` (${missing})`}`, () => {
  const harness = mongodbHarness(() => {
    if (server === undefined) throw new Error(missing)
    return server.urlOf(`conformance_${process.pid}`)
  })
  afterAll(() => harness.close())
  backendConformance({ describe, it }, harness)
})
