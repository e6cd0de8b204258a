import { createRequire } from "node:module"

/** The version of this package. */
export const VERSION = versionIn(createRequire(import.meta.url)("../package.json"))

function versionIn(manifest: unknown): string {
  if (typeof manifest !== "object" || manifest === null || !("version" in manifest)) return "unknown"
  return String(manifest.version)
}
