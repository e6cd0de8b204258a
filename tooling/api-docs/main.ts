// Generates the API reference into .generated/api from the docstrings of all published packages, and fails on an export without one or a link that leads nowhere.
// TypeDoc reads what TypeScript 6 says of the sources: it does not run on the TypeScript that compiles them.
import { fileURLToPath } from "node:url"

import { Application, ConsoleLogger, LogLevel, OptionDefaults, ReflectionKind } from "typedoc"

const here = fileURLToPath(new URL(".", import.meta.url))
const repository = fileURLToPath(new URL("../..", import.meta.url))

/** What a package exports, by the name the reference shows it under. */
const entries: Readonly<Record<string, string>> = {
  "@millrace/core": "packages/core/src/index.ts",
  "@millrace/core/backend": "packages/core/src/backend/index.ts",
  "@millrace/testing": "packages/testing/src/index.ts",
  "@millrace/testing/conformance": "packages/testing/src/conformance/index.ts",
  "@millrace/testing/simulation": "packages/testing/src/simulation/index.ts",
  "@millrace/testing/vitest": "packages/testing/src/vitest.ts",
  "@millrace/bus": "packages/bus/src/index.ts",
  "@millrace/bus/config": "packages/bus/src/config/index.ts",
  "@millrace/bus/schema": "packages/bus/src/schema/index.ts",
  "@millrace/opentelemetry": "packages/opentelemetry/src/index.ts",
  "@millrace/sqlite": "packages/sqlite/src/index.ts",
  "@millrace/postgres": "packages/postgres/src/index.ts",
  "@millrace/redis": "packages/redis/src/index.ts",
  "@millrace/mongodb": "packages/mongodb/src/index.ts",
}

/** TypeDoc knows no tags behind the members of a union; the remedies of error codes stand there, for the page of all errors. */
const REMEDY_IN_UNION = /should not contain any block or modifier tags/

/** Prints what is wrong, and remembers it. */
class Wrongs extends ConsoleLogger {
  readonly found: string[] = []

  override log(message: string, level: Exclude<LogLevel, LogLevel.None>): void {
    if (level < LogLevel.Warn || REMEDY_IN_UNION.test(message)) return
    this.found.push(message)
    super.log(message, level)
  }
}

const wrongs = new Wrongs()
const app = await Application.bootstrap({
  name: "Millrace",
  readme: "none",
  // Types are checked by the TypeScript that the packages are made with; the one here knows less.
  skipErrorChecking: true,
  entryPoints: Object.values(entries).map((file) => `${repository}${file}`),
  tsconfig: `${here}reference.tsconfig.json`,
  basePath: repository,
  out: `${repository}.generated/api`,
  disableGit: true,
  sourceLinkTemplate: "{path}#L{line}",
  blockTags: [...OptionDefaults.blockTags, "@remedy"],
  excludePrivate: true,
  excludeExternals: true,
  githubPages: false,
  hideGenerator: true,
  validation: {
    notExported: false,
    invalidLink: true,
    rewrittenLink: true,
    unusedMergeModuleWith: true,
  },
  logLevel: LogLevel.Warn,
})
app.logger = wrongs
const project = await app.convert()
if (project === undefined) throw new Error("TypeDoc could not read the packages: see its words above")
for (const [name, file] of Object.entries(entries)) {
  const found = project
    .getChildrenByKind(ReflectionKind.Module)
    .find((one) => one.sources?.some(({ fileName }) => fileName === file))
  if (found !== undefined) found.name = name
}
app.validate(project)
for (const { name, children = [] } of project.getChildrenByKind(ReflectionKind.Module)) {
  for (const one of children) {
    const isTold = one.hasComment() || (one.signatures ?? []).some((signature) => signature.hasComment())
    if (!isTold && !one.kindOf(ReflectionKind.Reference)) wrongs.warn(`${name} exports ${one.name} without a docstring`)
  }
}
await app.generateDocs(project, `${repository}.generated/api`)
const exported = project.getReflectionsByKind(ReflectionKind.SomeExport).length
console.log(`api-docs: ${Object.keys(entries).length} entries, ${exported} exports, ${wrongs.found.length} wrong`)
process.exitCode = wrongs.found.length === 0 ? 0 : 1
