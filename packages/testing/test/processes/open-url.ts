import type { Backend } from "@millrace/core"

/** Opens the log at a URL from the package of its storage, for a process that has to get between its app and its backend. */
export async function openUrl(storage: string, url: string): Promise<Backend> {
  const opened: unknown = await import(`@millrace/${storage}`)
  if (!isBackendPackage(opened)) throw new Error(`@millrace/${storage} has no function open(url)`)
  return opened.open(url)
}

function isBackendPackage(value: unknown): value is { open(url: string): Backend | Promise<Backend> } {
  return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function"
}
