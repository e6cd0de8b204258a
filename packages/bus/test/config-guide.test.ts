import { ok } from "node:assert/strict"
import { readFile } from "node:fs/promises"

import { it } from "vitest"

import { configTable } from "../src/config/index.ts"

it("the guide lists every key of config files, with what the schema says of it", async () => {
  const page = await readFile(new URL("../../../docs/guide/config.md", import.meta.url), "utf8")
  ok(page.includes(configTable()), `docs/guide/config.md should hold:\n${configTable()}`)
})
