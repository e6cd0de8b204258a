import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** A folder with the given files, gone when it is disposed of. */
export function temporaryRepository(
  files: Readonly<Record<string, string>>,
  inside: string = tmpdir(),
): Disposable & { readonly root: string } {
  mkdirSync(inside, { recursive: true })
  const root = mkdtempSync(join(inside, "house-"))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}
