import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url))
const STANDS = /table (\d+) orders · checkpoint (\d+) orders · agree: (yes|no)/g

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 120_000

interface Played {
  readonly code: number | null
  readonly output: string
  /** How table and checkpoint stood: after the crash, and at the end. */
  readonly stands: readonly { readonly table: number; readonly checkpoint: number; readonly agree: string }[]
}

async function play(...options: readonly string[]): Promise<Played> {
  const child = spawn(process.execPath, ["--conditions=millrace-source", MAIN, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve))
  const output = (await text(child.stdout)).trimEnd()
  const stands = [...output.matchAll(STANDS)].map(([, table, checkpoint, agree = ""]) => {
    return { table: Number(table), checkpoint: Number(checkpoint), agree }
  })
  return { code: await closed, output, stands }
}

describe("on sqlite", { timeout: RUN_MS }, () => {
  it("a projector that saves through tx never counts an order twice, and prints what its README promises", async () => {
    const { code, output, stands } = await play()
    const expected = await readFile(new URL("../expected-output.txt", import.meta.url), "utf8")
    const [afterCrash, atTheEnd] = stands
    // How far the worker had got when it was killed is its own affair; that both agree is not.
    expect(output.replace(STANDS, (all) => (all.includes("300") ? all : all.replaceAll(/\d+/g, "<n>")))).toBe(
      expected.trimEnd(),
    )
    expect(afterCrash?.table).toBe(afterCrash?.checkpoint)
    expect(atTheEnd).toEqual({ table: 300, checkpoint: 300, agree: "yes" })
    expect(code).toBe(0)
  })

  it("a projector that saves outside of its settle counts again what the crash came between", async () => {
    const { code, output, stands } = await play("--without-tx")
    const [afterCrash, atTheEnd] = stands
    expect(afterCrash?.agree).toBe("no")
    expect(afterCrash?.table).toBeGreaterThan(afterCrash?.checkpoint ?? Number.POSITIVE_INFINITY)
    expect(atTheEnd?.agree).toBe("no")
    expect(output.split("\n").at(-1)).toMatch(/^orders 300 · in the table (?!300)\d+ · as ordered: no$/)
    expect(code).toBe(1)
  })
})
