// Writes public-api.txt of the package in the current folder from its declarations, with `--write`; without it, checks that what is exported is what stands there.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"

import { report } from "./problem.ts"
import { entryPoints } from "./surface/entry-points.ts"
import { exportedFrom } from "./surface/exported.ts"
import { surfacePage } from "./surface/page.ts"

const file = "public-api.txt"
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } })
const entries = entryPoints(process.cwd()).map(({ specifier, declarations }) => ({
  specifier,
  exported: exportedFrom(declarations),
}))
const page = surfacePage(entries)
if (values.write) writeFileSync(file, page)
const isCurrent = existsSync(file) && readFileSync(file, "utf8") === page
report(
  "surface",
  `${entries.reduce((sum, { exported }) => sum + exported.size, 0)} exports`,
  isCurrent
    ? []
    : [{ file, says: "is not what the package exports: take back what is not meant, else run npm run surface" }],
)
