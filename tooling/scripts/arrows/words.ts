import type { Problem } from "../problem.ts"

// Written in pieces, so that this file passes its own check.
const banned: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`(^|[^\\w.])/${"work"}/`), "a path of one machine"],
  [new RegExp(`/${"root"}/|/${"home"}/\\w+/`), "a path of one machine"],
  [new RegExp(`\\bregistry\\.(${"npmjs"}|yarnpkg|npmmirror)\\.`), "the host of a registry"],
  [new RegExp(`_${"authToken"}|npm_[A-Za-z0-9]{30,}`), "a credential"],
  [/^<{7} |^>{7} |^={7}$/, "a conflict left in the file"],
]

/** Words that tie the repository to one machine or one registry. */
export function checkWords(path: string, text: string): Problem[] {
  return text
    .split("\n")
    .flatMap((content, index) =>
      banned
        .filter(([pattern]) => pattern.test(content))
        .map(([, what]) => ({ file: path, line: index + 1, says: `holds ${what}: take it out` })),
    )
}

/** A lockfile that names hosts installs only where they are reached. */
export function checkLockfile(path: string, text: string): Problem[] {
  return text
    .split("\n")
    .flatMap((content, index) =>
      /\b(tarball|resolved)\b.*https?:\/\//.test(content)
        ? [{ file: path, line: index + 1, says: "names a host: install again without it" }]
        : [],
    )
}
