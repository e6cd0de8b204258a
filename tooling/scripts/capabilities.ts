// Writes docs/backends/capabilities.md from what the backends say of themselves, with `--write`; without it, checks that the page has not drifted.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"

import { backendColumns } from "./capabilities/backend-columns.ts"
import { capabilitiesPage } from "./capabilities/page.ts"
import { report } from "./problem.ts"
import { repository } from "./repository.ts"

const file = "docs/backends/capabilities.md"
const path = join(repository, file)
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } })
const columns = await backendColumns(repository)
const page = capabilitiesPage(columns)
if (values.write) writeFileSync(path, page)
const isCurrent = existsSync(path) && readFileSync(path, "utf8") === page
report(
  "capabilities",
  `${columns.length} storages`,
  isCurrent ? [] : [{ file, says: "is not what the backends say of themselves: run npm run capabilities" }],
)
