import { join } from "node:path"

import type { Instrumentation } from "../../../../../packages/core/src/index.ts"
import { type Edit, ownCopy } from "./own-copy.ts"
import type { openWatchedApp, WatchedApp } from "./watched-app.ts"

/** Opens a watched app of a copy of Millrace that shares no code with others in this process. */
export async function openCopy(
  name: string,
  file: string,
  { instrumentation, edits }: { readonly instrumentation?: Instrumentation; readonly edits?: readonly Edit[] } = {},
): Promise<WatchedApp> {
  const copy: { readonly openWatchedApp: typeof openWatchedApp } = await import(
    ownCopy(join(import.meta.dirname, "watched-app.ts"), name, edits)
  )
  return copy.openWatchedApp(file, instrumentation)
}
