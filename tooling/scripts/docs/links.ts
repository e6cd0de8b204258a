import { existsSync, readFileSync, statSync } from "node:fs"
import { join, posix } from "node:path"

import GithubSlugger from "github-slugger"

import type { Problem } from "../problem.ts"

/** Links of a page into the repository that lead to no file, or to no heading of a page. */
export function checkLinks(root: string, page: string): Problem[] {
  return linesOfProse(readFileSync(join(root, page), "utf8")).flatMap(({ text, line }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
      const says = refusal(root, page, target)
      return says === undefined ? [] : [{ file: page, line, says }]
    }),
  )
}

function refusal(root: string, page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined
  const [path = "", heading] = target.split("#")
  const file = path === "" ? page : posix.normalize(posix.join(posix.dirname(page), path))
  if (!existsSync(join(root, file))) return `links to ${file}, which does not exist`
  if (heading === undefined || statSync(join(root, file)).isDirectory()) return undefined
  const known = headingsOf(readFileSync(join(root, file), "utf8"))
  return known.has(heading) ? undefined : `links to #${heading} of ${file}, which has no such heading`
}

/** The anchors of a page's headings, as code hosts make them. */
function headingsOf(text: string): ReadonlySet<string> {
  const slugger = new GithubSlugger()
  return new Set(
    linesOfProse(text).flatMap(({ text: line }) => {
      const title = /^#{1,6}\s+(.*)$/.exec(line)?.[1]
      return title === undefined ? [] : [slugger.slug(title.replaceAll(/`|\]\([^)]*\)|\[/g, ""))]
    }),
  )
}

function linesOfProse(text: string): { readonly text: string; readonly line: number }[] {
  let fence: string | undefined
  return text.split("\n").flatMap((line, at) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined ? mark !== undefined : line.trim() === fence) {
      fence = fence === undefined ? mark : undefined
      return []
    }
    return fence === undefined ? [{ text: line, line: at + 1 }] : []
  })
}
