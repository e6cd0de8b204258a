import { execFile } from "node:child_process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Whom to run a program as, for `spawn`. */
export interface User {
  readonly uid?: number
  readonly gid?: number
}

/** Whom to run a server as that refuses root: ourselves, unless we are root. `undefined`: there is nobody else. */
export async function unprivileged(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return {}
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => (await run("id", [flag, name])).stdout))
      return { uid: Number(uid), gid: Number(gid) }
    } catch {
      // No such user here.
    }
  }
  return undefined
}
