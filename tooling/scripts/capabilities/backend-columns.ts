import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import type { Backend, Capabilities } from "@millrace/core/backend"

import { existingBackends } from "../rows/backends.ts"

/** What a backend can do, under the name its column has. */
export interface BackendColumn {
  readonly title: string
  readonly capabilities: Capabilities
}

/**
 * What each backend that exists says of itself before it is connected. A package whose capabilities depend on the server it meets exports
 * `documentedCapabilities`: one entry for each kind of server, by title.
 */
export async function backendColumns(root: string): Promise<readonly BackendColumn[]> {
  const columns: BackendColumn[] = []
  for (const name of existingBackends(root)) columns.push(...(await columnsOf(root, name)))
  return columns
}

async function columnsOf(root: string, name: string): Promise<readonly BackendColumn[]> {
  const folder = name === "memory" ? "core" : name
  const loaded: unknown = await import(pathToFileURL(join(root, "packages", folder, "src", "index.ts")).href)
  if (hasDocumented(loaded)) {
    return Object.entries(loaded.documentedCapabilities).map(([title, capabilities]) => ({ title, capabilities }))
  }
  const empty = mkdtempSync(join(tmpdir(), "millrace-capabilities-"))
  const backend = await opened(loaded, name, empty)
  try {
    return [{ title: name, capabilities: backend.capabilities }]
  } finally {
    await backend.close()
    rmSync(empty, { recursive: true })
  }
}

/** Opens a backend without asking its storage anything. */
async function opened(loaded: unknown, name: string, folder: string): Promise<Backend> {
  if (hasMemory(loaded)) return loaded.memoryBackend()
  if (!hasOpen(loaded)) throw new Error(`packages/${name} exports no function open(url): nothing tells what it can do`)
  return loaded.open(name === "sqlite" ? `sqlite:${join(folder, "log.db")}` : `${name}://127.0.0.1/capabilities`)
}

function hasDocumented(
  loaded: unknown,
): loaded is { readonly documentedCapabilities: Readonly<Record<string, Capabilities>> } {
  return typeof loaded === "object" && loaded !== null && "documentedCapabilities" in loaded
}

function hasMemory(loaded: unknown): loaded is { memoryBackend(): Backend } {
  return typeof loaded === "object" && loaded !== null && "memoryBackend" in loaded
}

function hasOpen(loaded: unknown): loaded is { open(url: string): Backend | Promise<Backend> } {
  return typeof loaded === "object" && loaded !== null && "open" in loaded
}
