import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { entryPoints } from "../scripts/surface/entry-points.ts"
import { exportedFrom } from "../scripts/surface/exported.ts"
import { surfacePage } from "../scripts/surface/page.ts"
import { temporaryRepository } from "./temporary-repository.ts"

const MANIFEST = JSON.stringify({ name: "mill", exports: { ".": { types: "./index.d.ts" } } })

function surfaceOf(files: Readonly<Record<string, string>>): string {
  using repository = temporaryRepository({ "package.json": MANIFEST, ...files })
  return surfacePage(
    entryPoints(repository.root).map(({ specifier, declarations }) => ({
      specifier,
      exported: exportedFrom(declarations),
    })),
  )
}

describe("the list of what a package exports", () => {
  it("has each name with its declarations, without comments, wherever it is declared", () => {
    expect(
      surfaceOf({
        "index.d.ts": `export * from "./wheel.ts";\nexport type { Grain as Corn } from "./grain.ts";\nexport { run } from "effect";`,
        "wheel.d.ts": `/** Turns. */\nexport declare function turn(): void;\nexport declare function turn(times: number): void;\ninterface Hidden {}\nexport {};`,
        "grain.d.ts": `interface Grain { /** In kg. */ readonly weight: number }\nexport { Grain };`,
      }),
    ).toBe(
      [
        "# mill",
        "",
        "Corn",
        "    interface Grain {  readonly weight: number }",
        "",
        "run",
        "    from effect",
        "",
        "turn",
        "    declare function turn(): void;",
        "    declare function turn(times: number): void;",
        "",
      ].join("\n"),
    )
  })

  it("changes with an export that nobody meant, and with a parameter that is no longer there", () => {
    const before = surfaceOf({ "index.d.ts": "export declare function turn(times: number): void;" })
    const more = "export declare function turn(times: number): void;\nexport declare const spare: 1;"
    expect(surfaceOf({ "index.d.ts": more })).not.toBe(before)
    expect(surfaceOf({ "index.d.ts": "export declare function turn(): void;" })).not.toBe(before)
  })

  it("throws where a module exports what nobody declares", () => {
    using repository = temporaryRepository({
      "index.d.ts": `export { Gone } from "./grain.ts";`,
      "grain.d.ts": "export {};",
    })
    expect(() => exportedFrom(join(repository.root, "index.d.ts"))).toThrow("exports Gone")
  })
})
