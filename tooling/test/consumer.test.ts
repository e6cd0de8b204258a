import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

import { beforeAll, describe, expect, it, onTestFinished } from "vitest"

import { repository } from "../scripts/repository.ts"
import { nodeOf } from "./consumer/node-of.ts"
import { tutorialOf } from "./consumer/tutorial.ts"

/** An installation from the registry, on a machine that has other things to do. */
const PATIENCE_MS = 240_000

const tutorial = tutorialOf(readFileSync(join(repository, "docs/guide/five-minutes.md"), "utf8"))

/** The packages as they would be published, by their names. */
function tarballs(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(join(repository, "packages")).map((name) => {
      const folder = join(repository, "packages", name, ".generated/tarball")
      const [tarball = ""] = readdirSync(folder)
      return [`@millrace/${name}`, join(folder, tarball)]
    }),
  )
}

beforeAll(() => {
  // The checks have left the tarballs; on its own this test makes them.
  execFileSync("turbo", ["run", "build", "tarball", "--output-logs=errors-only"], { cwd: repository })
}, PATIENCE_MS)

/** Node, what installs, and the TypeScript of a user. */
const users = [
  { node: "22.23.3", manager: "npm", typescript: "7.0.2" },
  { node: "24.21.0", manager: "npm", typescript: "7.0.2" },
  { node: "26.9.0", manager: "npm", typescript: "7.0.2" },
  { node: "24.21.0", manager: "pnpm", typescript: "5.9.3" },
] as const

describe("who installs the packages and follows the first page of the guide", () => {
  it.for(users)(
    "gets what it says, with Node $node, $manager and TypeScript $typescript",
    { timeout: PATIENCE_MS },
    (user) => {
      const outside = mkdtempSync(join(tmpdir(), "millrace-consumer-"))
      onTestFinished(() => rmSync(outside, { recursive: true }))
      const shop = join(outside, "shop")
      const env = {
        ...process.env,
        NODE_OPTIONS: "",
        PATH: [nodeOf(user.node), process.env["PATH"]].join(delimiter),
      }
      const packed = tarballs()
      const run = (command: string, cwd: string): string => {
        const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd, env, encoding: "utf8" })
        expect(status, `${command}\n${stdout}${stderr}`).toBe(0)
        return stdout
      }
      const install = (names: readonly string[]): void => {
        if (user.manager === "pnpm") {
          // What is not on a registry yet must not be looked for there.
          const overrides = [...packed].map(([name, path]) => `  "${name}": "file:${path}"`)
          writeFileSync(join(shop, "pnpm-workspace.yaml"), ["overrides:", ...overrides, ""].join("\n"))
        }
        const add = user.manager === "pnpm" ? "pnpm add" : "npm install --no-audit --no-fund"
        run(`${add} ${names.map((name) => packed.get(name) ?? name).join(" ")}`, shop)
      }

      const printed: string[] = []
      let place = outside
      for (const command of tutorial.commands) {
        const installs = /^npm install (.*)$/.exec(command)?.[1]
        if (installs !== undefined) {
          install([...installs.split(" "), `typescript@${user.typescript}`, "@types/node@24"])
          for (const [file, text] of tutorial.files) writeFileSync(join(shop, file), text)
          writeFileSync(join(shop, "tsconfig.json"), TSCONFIG)
          run("./node_modules/.bin/tsc --noEmit", shop)
          continue
        }
        const output = run(command, place)
        if (/^mkdir shop && cd shop$/.test(command)) place = shop
        if (command.startsWith("node main.ts")) printed.push(output)
      }
      expect(printed.join("")).toBe(tutorial.printed)
      expect(run("node --version", shop).trim()).toBe(`v${user.node}`)
    },
  )
})

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: "esnext",
    module: "nodenext",
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    types: ["node"],
    skipLibCheck: false,
  },
})
