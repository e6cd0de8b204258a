import { readdirSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** The repository's folder. */
export const repository = fileURLToPath(new URL("../../", import.meta.url))

const passedOver = new Set([
  "node_modules",
  "dist",
  "coverage",
  ".git",
  ".toolchain",
  ".turbo",
  ".reports",
  ".generated",
])

/** Every file below a folder that belongs to the repository, as paths with `/`, in a stable order. */
export function filesBelow(folder: string): string[] {
  const found: string[] = []
  const visit = (current: string) => {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      if (passedOver.has(entry.name)) continue
      const full = join(current, entry.name)
      if (entry.isDirectory()) visit(full)
      else if (entry.isFile()) found.push(relative(folder, full).split(sep).join("/"))
    }
  }
  visit(folder)
  return found.sort()
}
