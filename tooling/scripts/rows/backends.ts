import { existsSync } from "node:fs"
import { join } from "node:path"

const packaged = ["sqlite", "postgres", "redis", "mongodb"]

/** The backends that exist: memory lives in core, each other one in a package of its name. */
export function existingBackends(root: string): string[] {
  return ["memory", ...packaged.filter((name) => existsSync(join(root, "packages", name, "package.json")))]
}
