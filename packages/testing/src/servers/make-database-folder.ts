import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { chown, mkdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { promisify } from "node:util"

import { NoPostgres, type Programs } from "./find-postgres.ts"
import type { User } from "./unprivileged.ts"

const run = promisify(execFile)

/** Names a folder in which a run of tests keeps what `initdb` makes: it is made once, and copied for each server. */
const TEMPLATES = "MILLRACE_TEST_POSTGRES_TEMPLATES"

/** Makes the data of a new server, which `user` owns, in a folder that is not there yet. Throws `NoPostgres`. */
export async function makeDatabaseFolder({ initdb }: Programs, data: string, user: User): Promise<void> {
  const templates = process.env[TEMPLATES]
  try {
    if (templates === undefined || process.platform === "win32") return await initialise(initdb, data, user)
    const template = join(templates, initdb.replaceAll(/\W/g, "-"))
    if (!existsSync(template)) await makeTemplate(initdb, template, user)
    await run("cp", ["-a", template, data], { ...user, cwd: dirname(data) })
  } catch (error) {
    throw new NoPostgres(`initdb failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** Several may make it at once: the first one that is done has made it. */
async function makeTemplate(initdb: string, template: string, user: User): Promise<void> {
  const folder = dirname(template)
  await mkdir(folder, { recursive: true })
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid)
  const own = `${template}-${randomUUID()}`
  await initialise(initdb, own, user)
  try {
    await rename(own, template)
  } catch {
    await rm(own, { recursive: true, force: true })
  }
}

async function initialise(initdb: string, data: string, user: User): Promise<void> {
  const flags = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
  await run(initdb, ["-D", data, ...flags], { ...user, cwd: dirname(data) })
}
