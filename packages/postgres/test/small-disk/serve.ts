// A server whose log lies on a small file system of its own. Run in a mount namespace of its own, so that the file system goes with the process. Prints its
// URL; a line on its standard input makes room, its end ends everything.
import { execFileSync } from "node:child_process"
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import pg from "pg"

import { startPostgres } from "../../../testing/src/servers/start-postgres.ts"
import { unprivileged } from "../../../testing/src/servers/unprivileged.ts"

const DISK_MEGABYTES = 48
const FILLER_MEGABYTES = 20

const disk = await mkdtemp(join(tmpdir(), "millrace-disk-"))
execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MEGABYTES}m,mode=755`, "millrace", disk])
const server = await startPostgres({ settings: { fsync: "off" } })
try {
  const space = join(disk, "space")
  const user = await unprivileged()
  await mkdir(space)
  if (user?.uid !== undefined) await chown(space, user.uid, user.gid ?? user.uid)
  const filler = join(disk, "filler")
  await writeFile(filler, Buffer.alloc(FILLER_MEGABYTES * 1024 * 1024))

  const client = new pg.Client(server.url)
  await client.connect()
  await client.query(`CREATE TABLESPACE small LOCATION '${space}'`)
  await client.query("ALTER DATABASE postgres SET default_tablespace = small")
  await client.end()
  console.log(server.url)
  for await (const _ of createInterface({ input: process.stdin })) {
    await rm(filler)
    console.log("there is room")
  }
} finally {
  await server.stop()
  execFileSync("umount", [disk])
  await rm(disk, { recursive: true })
}
