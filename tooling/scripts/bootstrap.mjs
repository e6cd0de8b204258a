// Runs a command with the right Node, pnpm and dependencies, on a machine that may have only an older Node and npm.
//   node tooling/scripts/bootstrap.mjs <command> [arguments]
// Uses nothing but Node's own modules, and runs on Node 18 and later.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const nodeVersion = "24.21.0"
const pnpmVersion = "12.21.0"
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..")
const toolchain = join(root, ".toolchain")

const [command, ...commandArguments] = process.argv.slice(2)
if (command === undefined) fail("bootstrap: name a command to run")

const nodeFolder = isNodeRecentEnough(process.versions.node) ? dirname(process.execPath) : installNode()
const pnpmFolder = installPnpm()
const path = [join(root, "node_modules", ".bin"), nodeFolder, pnpmFolder, process.env.PATH].join(delimiter)
// What a process has compiled is kept for those after it: checks start hundreds from the same sources.
const compiled = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(toolchain, "compiled") }
const env = {
  ...process.env,
  ...compiled,
  PATH: path,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  ...mongodbServer(),
}
installDependencies()
run()

/** The same range as "engines" in package.json: type stripping and node:sqlite work without flags. */
function isNodeRecentEnough(version) {
  const [major, minor] = version.split(".").map(Number)
  return (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26
}

/** The program that serves a MongoDB to tests, benches and demos, where one lies beside the repository and no other is named. */
function mongodbServer() {
  const program = join(root, "..", "shared", "servers", "mongodb.sh")
  return process.env.MILLRACE_MONGODB_SERVER || !existsSync(program) ? {} : { MILLRACE_MONGODB_SERVER: program }
}

function installNode() {
  const os = process.platform === "win32" ? "win" : process.platform
  const name = `node-${os}-${process.arch}`
  return join(installPackage(name, nodeVersion), process.platform === "win32" ? "." : "bin")
}

function installPnpm() {
  return dirname(join(installPackage("pnpm", pnpmVersion), "package.json"))
}

/** Puts one npm package into a folder of its own, whole or not at all, and answers the package's folder. */
function installPackage(name, version) {
  const folder = join(toolchain, `${name}-${version}`)
  const packageFolder = join(folder, "node_modules", name)
  if (existsSync(packageFolder)) return packageFolder
  console.error(`bootstrap: installing ${name} ${version}`)
  const staging = `${folder}.${process.pid}`
  mkdirSync(staging, { recursive: true })
  writeFileSync(join(staging, "package.json"), "{}\n")
  const npm = spawnSync(
    "npm",
    [
      "install",
      "--no-audit",
      "--no-fund",
      "--no-package-lock",
      "--loglevel=error",
      "--prefix",
      staging,
      `${name}@${version}`,
    ],
    { stdio: ["ignore", 2, 2], shell: process.platform === "win32", cwd: staging },
  )
  if (npm.status !== 0) {
    rmSync(staging, { recursive: true, force: true })
    fail(`bootstrap: npm could not install ${name} ${version}: is the registry reachable?`)
  }
  try {
    renameSync(staging, folder)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    if (!existsSync(packageFolder)) throw error // otherwise another run was quicker
  }
  return packageFolder
}

function installDependencies() {
  const stampFile = join(root, "node_modules", ".millrace-stamp")
  const isCurrent = () => existsSync(stampFile) && readFileSync(stampFile, "utf8") === manifestStamp()
  if (isCurrent()) return
  const release = takeInstallLock()
  try {
    if (isCurrent()) return
    console.error("bootstrap: pnpm install --frozen-lockfile")
    const pnpm = spawnSync("pnpm", ["install", "--frozen-lockfile", "--reporter=append-only"], {
      cwd: root,
      env,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    })
    if (pnpm.status !== 0) {
      fail("bootstrap: pnpm install failed; if a package.json changed, run `pnpm install` and commit pnpm-lock.yaml")
    }
    writeFileSync(stampFile, manifestStamp())
  } finally {
    release()
  }
}

/** A hash of everything that decides what gets installed. */
function manifestStamp() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`)
  const members = ["packages", "examples"].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .sort()
          .map((name) => join(folder, name, "package.json"))
      : [],
  )
  for (const file of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "tooling/package.json", ...members]) {
    const full = join(root, file)
    if (existsSync(full)) hash.update(file).update(readFileSync(full))
  }
  return hash.digest("hex")
}

/** Two commands started at once must not install into one folder together. A lock whose holder died is taken over. */
function takeInstallLock() {
  const lock = join(toolchain, "install.lock")
  mkdirSync(toolchain, { recursive: true })
  const giveUpAt = Date.now() + 10 * 60_000
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" })
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if (error.code !== "EEXIST") throw error
    }
    const holder = Number(readIfThere(lock))
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true })
    if (Date.now() > giveUpAt)
      fail(`bootstrap: another install holds ${lock} for ten minutes: remove it if none is running`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

function run() {
  const child = spawn(command, commandArguments, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("error", (error) => fail(`bootstrap: cannot run ${command}: ${error.message}`))
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
