import { registerHooks } from "node:module"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/** A place in a source file that reads differently in a copy. */
export interface Edit {
  /** Below `packages/`. */
  readonly file: string
  /** Stands there once. */
  readonly from: string
  readonly to: string
}

const repository = join(import.meta.dirname, "..", "..", "..", "..", "..")
const PACKAGES = join(repository, "packages")
const COPY = "copy"

/**
 * The address of a module whose import gives it, and all it imports of this repository, as a copy of its own: no compiled code and no type feedback is
 * shared with other copies in this process, as little as two processes would share them. `edits` are made in the copy's sources.
 */
export function ownCopy(file: string, name: string, edits: readonly Edit[] = []): string {
  if (copies.size === 0) followCopies()
  if (copies.has(name)) throw new Error(`there is a copy ${name} already: give each a name of its own`)
  copies.set(name, edits)
  const url = pathToFileURL(file)
  url.searchParams.set(COPY, name)
  return url.href
}

const copies = new Map<string, readonly Edit[]>()

function followCopies(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const name = copyOf(context.parentURL)
      if (name === undefined || !isOurs(found.url)) return found
      const url = new URL(found.url)
      url.searchParams.set(COPY, name)
      return { ...found, url: url.href }
    },
    load(url, context, next) {
      const found = next(url, context)
      const edits = copies.get(copyOf(url) ?? "") ?? []
      const file = url.startsWith("file:") ? fileURLToPath(url) : ""
      const own = edits.filter((edit) => file === join(PACKAGES, edit.file))
      if (own.length === 0 || found.source === undefined || found.source === null) return found
      const source = typeof found.source === "string" ? found.source : new TextDecoder().decode(found.source)
      return { ...found, source: own.reduce(edited, source) }
    },
  })
}

/** The source with an edit made. Throws where the edit does not find its place. */
export function edited(source: string, { file, from, to }: Edit): string {
  const [before = "", after, ...more] = source.split(from)
  if (after === undefined || more.length > 0) {
    throw new Error(
      `${file} has ${more.length + (after === undefined ? 0 : 1)} places for an edit, expected one: ${from}`,
    )
  }
  return before + to + after
}

function copyOf(url: string | undefined): string | undefined {
  return url?.startsWith("file:") === true ? (new URL(url).searchParams.get(COPY) ?? undefined) : undefined
}

function isOurs(url: string): boolean {
  return url.startsWith("file:") && url.startsWith(pathToFileURL(repository).href) && !url.includes("/node_modules/")
}
