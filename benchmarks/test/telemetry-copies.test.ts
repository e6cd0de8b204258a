import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { edited } from "../src/subjects/millrace/telemetry/own-copy.ts"
import { withoutCallSites } from "../src/subjects/millrace/telemetry/without-call-sites.ts"

const PACKAGES = join(import.meta.dirname, "..", "..", "packages")

/** Where something is asked or told. */
const CALL_SITE =
  /(?:observer|instrumentation)(?:\?)?\.(?:heard|write|append|handle|handling|within|produced|failed|settle|claimed)\(/g

/** Called by nothing any more once the edits are made. */
const UNREACHABLE = new Map([
  ["core/src/store/observe-appends.ts", 2],
  ["core/src/store/store.ts", 1],
  ["core/src/reactor/low-level/handle-reactor.ts", 1],
  ["core/src/runtime/collect.ts", 2],
  ["core/src/runtime/engine.ts", 2],
  ["core/src/runtime/settle-surely.ts", 1],
])

describe("the Millrace without call sites that telemetry is measured beside", () => {
  it("has every edit find its place", () => {
    for (const edit of withoutCallSites) expect(() => edited(sourceOf(edit.file), edit)).not.toThrow()
  })

  it("has no call site left that anything reaches", () => {
    const files = globSync("core/src/**/*.ts", { cwd: PACKAGES })
    const left = files.map((file) => {
      const own = withoutCallSites.filter((edit) => edit.file === file)
      return [file, own.reduce(edited, sourceOf(file)).match(CALL_SITE)?.length ?? 0] as const
    })
    expect(new Map(left.filter(([, count]) => count > 0))).toEqual(UNREACHABLE)
  })

  it("refuses an edit whose place is not there, or there twice", () => {
    const edit = { file: "core/src/x.ts", from: "a", to: "b" }
    expect(edited("xax", edit)).toBe("xbx")
    expect(() => edited("xx", edit)).toThrow("0 places")
    expect(() => edited("aa", edit)).toThrow("2 places")
  })
})

function sourceOf(file: string): string {
  return readFileSync(join(PACKAGES, file), "utf8")
}
