// Writes docs/errors.md from the error classes of the packages, with `--write`; without it, checks that the page has not drifted and that each code has a cause, a remedy and a test.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"

import { readSource } from "./arrows/source.ts"
import { coded } from "./errors/coded.ts"
import { errorsPage } from "./errors/page.ts"
import { type Problem, report } from "./problem.ts"
import { filesBelow, repository } from "./repository.ts"

const file = "docs/errors.md"
const path = join(repository, file)
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } })
const all = filesBelow(repository)
const errors = all
  .filter((name) => /^packages\/[^/]+\/src\/.*\.ts$/.test(name))
  .flatMap((name) => coded(readSource(repository, name)))
const tests = all
  .filter((name) => /\/test\/.*\.ts$|^packages\/testing\/src\/conformance\//.test(name))
  .map((name) => readFileSync(join(repository, name), "utf8"))

const problems: Problem[] = errors.flatMap(({ file: where, line, name, code, cause, remedy }) => [
  ...(cause === ""
    ? [{ file: where, line, says: `${name} (${code}) has no comment that says when it is thrown` }]
    : []),
  ...(remedy === "" ? [{ file: where, line, says: `${name} (${code}) has no @remedy that says what to do` }] : []),
  ...(tests.some((text) => text.includes(`"${code}"`) || new RegExp(`\\b${name}\\b`).test(text))
    ? []
    : [{ file: where, line, says: `no test knows ${name} (${code})` }]),
])
const page = errorsPage(errors)
if (values.write) writeFileSync(path, page)
const isCurrent = existsSync(path) && readFileSync(path, "utf8") === page
if (!isCurrent) problems.push({ file, says: "is not what the packages throw: run npm run errors" })
report("errors", `${errors.length} codes`, problems)
