import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { defineConfig } from "vitest/config"

const root = fileURLToPath(new URL(".", import.meta.url))

// Tests remove their folders; one that hangs or dies can not. All of them lie in a folder of the run, which goes with it.
// A server that a test starts under another user has to reach its own folder in there.
const OF_A_RUN = "millrace-run-"
if (!tmpdir().includes(OF_A_RUN)) {
  const folder = mkdtempSync(join(tmpdir(), OF_A_RUN))
  chmodSync(folder, 0o711)
  process.env["TMPDIR"] = folder
  // A server's first data takes longer to make than to copy.
  process.env["MILLRACE_TEST_POSTGRES_TEMPLATES"] = join(folder, "postgres")
  // What the processes of a run have compiled (and the types they have taken off) is kept for those after them: hundreds start from the same sources.
  process.env["NODE_COMPILE_CACHE"] = join(folder, "compiled")
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
}

// Workspace packages are tested from their sources, so no build is needed.
// "node" and not "module": the latter breaks drivers that ship both forms.
const conditions = ["millrace-source", "node"]

const members = (folder: string) =>
  existsSync(`${root}${folder}`)
    ? readdirSync(`${root}${folder}`).filter((name) => existsSync(`${root}${folder}/${name}/package.json`))
    : []

const suites = [
  ...members("packages").map((name) => ({ name, folder: `packages/${name}` })),
  ...members("examples").map((name) => ({ name: `example ${name}`, folder: `examples/${name}` })),
  { name: "tooling", folder: "tooling" },
  { name: "benchmarks", folder: "benchmarks" },
  { name: "reliability", folder: "reliability" },
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: "forks",
    // Suites wait for processes and servers more than they compute: two at once also where there are only two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: [`${root}packages/testing/test/lend-mongo.ts`],
    // Where a test starts Node itself, it resolves the sources as well.
    execArgv: ["--conditions=millrace-source"],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    projects: suites.map(({ name, folder }) => ({
      extends: true,
      test: {
        name,
        root: `${root}${folder}`,
        include: ["test/**/*.test.ts", "src/**/*.test.ts"],
        exclude: ["**/node_modules/**", "**/dist/**"],
      },
    })),
  },
})
