import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { checkPages } from "../scripts/docs/check-pages.ts"
import { checkLinks } from "../scripts/docs/links.ts"
import { repository } from "../scripts/repository.ts"
import { temporaryRepository } from "./temporary-repository.ts"

const fenced = (code: string, info = "ts") => `\`\`\`${info}\n${code}\n\`\`\`\n`

/** Packages resolve from below the tooling. */
function check(page: string) {
  using pages = temporaryRepository({ "page.md": page }, join(repository, "tooling/.generated/pages"))
  const { blocks, ran, problems } = checkPages(pages.root, ["page.md"], join(pages.root, "work"))
  return { blocks, ran, problems: problems.map(({ line, says }) => `${line}: ${says}`) }
}

describe("the check of the documentation", () => {
  it("finds a block that does not compile, at its line in the page", () => {
    expect(check(`# Page\n\n${fenced("const a = 1\nconst b: string = a")}`).problems).toEqual([
      expect.stringMatching(/^5: TS2322/),
    ])
  })

  it("finds a value that is not the promised one", () => {
    expect(check(fenced("const a = 1 + 1 // => 3\n;[a] // => [2]")).problems).toEqual(["2: should show 3, shows 2"])
  })

  it("has nothing to say of values as text, as Node prints them, and as JSON", () => {
    const code = [
      `"open" // => open`,
      `const cart = { id: "cart-1", items: [1, 2] } // => { id: 'cart-1', items: [ 1, 2 ] }`,
      `cart // => {"id":"cart-1","items":[1,2]}`,
      "cart // => {",
      `//   "id": "cart-1",`,
      `//   "items": [1, 2] }`,
      "await Promise.resolve(new Date(0).toISOString()) // => 1970-01-01T00:00:00.000Z",
      `JSON.parse("{") // => throws SyntaxError`,
    ]
    expect(check(fenced(code.join("\n")))).toEqual({ blocks: 1, ran: 1, problems: [] })
  })

  it("finds a promised error that does not come", () => {
    expect(check(fenced("JSON.parse('1') // => throws SyntaxError")).problems).toEqual([
      `2: should show an error with "SyntaxError", shows none`,
    ])
  })

  it("finds a block that ends in an error", () => {
    expect(check(fenced(`const a = 1 // => 1\nthrow new Error("broken ${"block"}")`)).problems).toEqual([
      expect.stringContaining("broken block"),
    ])
  })

  it("lets blocks continue others and import named ones", () => {
    const page = [
      fenced("export const price = 5", "ts file=prices.ts"),
      fenced(`import { price } from "./prices.ts"`),
      fenced("price + 1 // => 6", "ts continues"),
    ]
    expect(check(page.join("\n"))).toEqual({ blocks: 3, ran: 1, problems: [] })
  })

  it("leaves a block alone only for a reason", () => {
    expect(check(fenced("not code", 'ts no-check="a sketch"')).problems).toEqual([])
    expect(check(fenced("not code", "ts no-check")).problems).toEqual([expect.stringContaining("needs a reason")])
    expect(check(fenced("not code", "ts whatever")).problems).toEqual([expect.stringContaining("not known")])
  })

  it("finds links that lead nowhere, and leaves those in code and to elsewhere alone", () => {
    using pages = temporaryRepository({
      "docs/page.md": [
        "# A page",
        "[a](other.md) [b](../README.md#what-it-is) [c](#a-page) [d](https://example.com/gone)",
        "```md",
        "[in code](gone.md)",
        "```",
        "[e](gone.md) [f](other.md#gone)",
      ].join("\n"),
      "docs/other.md": "## `other` [one](x)",
      "README.md": "# What it is",
    })
    expect(checkLinks(pages.root, "docs/page.md").map(({ line, says }) => `${line}: ${says}`)).toEqual([
      "6: links to docs/gone.md, which does not exist",
      "6: links to #gone of docs/other.md, which has no such heading",
    ])
  })
})
