import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** An error as the compiler prints it, with its continuation lines. */
export interface CompileError {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** Compiles a project and answers its errors, in order. */
export function compile(project: string): readonly CompileError[] {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"))
  const run = spawnSync(
    process.execPath,
    [join(typescript, "bin", "tsc"), "--noEmit", "--pretty", "false", "-p", project],
    {
      cwd: dirname(project),
      encoding: "utf8",
    },
  )
  if (run.error !== undefined) throw run.error
  if (run.stderr !== "") throw new Error(`tsc did not run: ${run.stderr}`)
  const errors: { file: string; line: number; text: string }[] = []
  for (const printed of run.stdout.split("\n")) {
    const [, file, line, text] = /^(\S+)\((\d+),\d+\): error TS\d+: (.*)$/.exec(printed) ?? []
    if (file !== undefined && line !== undefined && text !== undefined) errors.push({ file, line: Number(line), text })
    else if (printed.startsWith(" ")) {
      const last = errors.at(-1)
      if (last !== undefined) last.text += `\n${printed.trim()}`
    } else if (printed !== "") throw new Error(`tsc said something else: ${printed}`)
  }
  return errors
}
