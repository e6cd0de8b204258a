import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { onTestFinished } from "vitest"

import { freePort } from "../../testing/src/servers/free-port.ts"

const ROOT = fileURLToPath(new URL("../../..", import.meta.url))

/** Serves packages of this repository, as they would be published, from a registry on this machine. Answers its URL; it ends with the test. */
export async function localRegistry(folder: string, packages: readonly string[]): Promise<string> {
  const tarballs = await packed(folder, packages)
  const url = await serve(folder)
  for (const tarball of tarballs) must("npm", ["publish", tarball, "--registry", url, tokenFor(url)], folder)
  return url
}

async function packed(folder: string, packages: readonly string[]): Promise<readonly string[]> {
  const at = join(folder, "tarballs")
  await mkdir(at)
  const filters = packages.map((name) => `--filter=@millrace/${name}`)
  must("turbo", ["run", "build", ...filters, "--output-logs=errors-only"], ROOT)
  for (const name of packages) must("pnpm", ["pack", "--pack-destination", at], join(ROOT, "packages", name))
  return (await readdir(at)).map((file) => join(at, file))
}

async function serve(folder: string): Promise<string> {
  const port = await freePort()
  const config = join(folder, "registry.yaml")
  const everybody = "{ access: $all, publish: $all, unpublish: $all }"
  await writeFile(
    config,
    `storage: ${join(folder, "registry")}\nuplinks: {}\npackages: { "@millrace/*": ${everybody} }\nlog: { type: stdout, level: warn }\n`,
  )
  const program = fileURLToPath(new URL("../node_modules/verdaccio/bin/verdaccio", import.meta.url))
  const server = spawn(process.execPath, [program, "--config", config, "--listen", `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: "ignore",
  })
  onTestFinished(async () => {
    if (server.exitCode !== null) return
    server.kill("SIGKILL")
    await once(server, "exit")
  })
  const url = `http://127.0.0.1:${port}/`
  await answers(`${url}-/ping`, () => server.exitCode === null)
  return url
}

/** Connecting fails at once until it listens. */
async function answers(url: string, lives: () => boolean): Promise<void> {
  while (lives()) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error("the local registry ended at its start")
}

/** npm publishes nothing without a token; this registry takes any. */
function tokenFor(url: string): string {
  return `--${url.slice("http:".length)}:${["_auth", "Token"].join("")}=anybody`
}

/** Runs a program to its end; what it said is in the error where it fails. */
export function must(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8" })
  if (status === 0) return stdout
  throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${error?.message ?? ""}${stdout}${stderr}`)
}
