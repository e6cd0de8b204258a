import { spawnSync } from "node:child_process"

const MARK = "MILLRACE_CHAOS_NAMESPACE"

/** Whether this process has a mount namespace of its own, so that what it mounts is gone with it. */
export const inNamespace = process.env[MARK] === "1"

/**
 * Whether root may give a process such a namespace here. The command to run in it: this program again, with its own arguments; `undefined` where it is there
 * already or may not.
 */
export function namespaceCommand(): { readonly command: string; readonly args: readonly string[] } | undefined {
  if (inNamespace || process.platform !== "linux" || process.getuid?.() !== 0) return undefined
  if (spawnSync("unshare", ["--mount", "true"]).status !== 0) return undefined
  process.env[MARK] = "1"
  return { command: "unshare", args: ["--mount", process.execPath, ...process.execArgv, ...process.argv.slice(1)] }
}
