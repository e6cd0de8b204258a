import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"

/** Where Debian and others put it, beside PATH: a user's PATH often lacks sbin. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"]

/** PgBouncer's program; `undefined` where it is not installed. */
export function findPgBouncer(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...FOLDERS]
  return folders.map((folder) => join(folder, "pgbouncer")).find((program) => existsSync(program))
}
