import type { Module } from "./modules.ts"

const arrow = /^(\s*)(.*?)\s*\/\/ =>\s*(.*)$/
const declaration = /^(?:export\s+)?(?:const|let)\s+([A-Za-z_$][\w$]*)[^=]*=/

/** Whether a module promises values. */
export function promises(code: string): boolean {
  return code.split("\n").some((line) => arrow.test(line))
}

/**
 * The module with every promise turned into a comparison:
 *   `expression // => value`        the expression's value shows as `value`
 *   `const x = expression // => v`  so does x
 *   `expression // => throws words` the expression throws, and the error's name and message hold `words`
 * Lines of comment indented by two blanks or more right below go on with the value.
 */
export function runnable({ code, lines, page }: Module, expectationUrl: string): string {
  const source = code.split("\n")
  const result = [`import { expectation } from ${JSON.stringify(expectationUrl)}`]
  for (let at = 0; at < source.length; at++) {
    const text = source[at] ?? ""
    const promise = arrow.exec(text)
    if (promise === null) {
      result.push(text)
      continue
    }
    const [, indent = "", statement = "", first = ""] = promise
    const expected = [first, ...continuation(source, at + 1)].join("\n")
    result.push(
      indent + compare(statement.replace(/^;|;$/g, ""), JSON.stringify(`${page}:${lines[at] ?? 0}`), expected),
    )
  }
  return result.join("\n")
}

function continuation(source: readonly string[], from: number): string[] {
  const more: string[] = []
  for (let at = from; at < source.length; at++) {
    const next = /^\s*\/\/ {2,}(\S.*)$/.exec(source[at] ?? "")?.[1]
    if (next === undefined) break
    more.push(next)
  }
  return more
}

function compare(statement: string, place: string, expected: string): string {
  const thrown = /^throws\s*(.*)$/s.exec(expected)
  if (thrown !== null)
    return `await expectation.throws(${place}, async () => (${statement}), ${JSON.stringify(thrown[1])})`
  const name = declaration.exec(statement)?.[1]
  const value = JSON.stringify(expected)
  if (name !== undefined) return `${statement}; expectation.shows(${place}, ${name}, ${value})`
  const printed = /^console\.log\((.*)\)$/s.exec(statement)?.[1]
  return `expectation.shows(${place}, ${printed ?? statement}, ${value})`
}
