import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"

/** PATH, and where servers are that a user's PATH often lacks. */
export function programFolders(): readonly string[] {
  return [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"].filter((one) => one !== "")
}

/** The file of a program; `undefined` where it is not installed. */
export function findProgram(program: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file))
}
