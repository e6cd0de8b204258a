import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { defineConfig } from "vitest/config"

const root = fileURLToPath(new URL(".", import.meta.url))

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
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: "forks",
    globalSetup: [`${root}packages/testing/test/lend-mongo.ts`],
    // Where a test starts Node itself, it resolves the sources as well.
    execArgv: ["--conditions=millrace-source"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
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
