import type { ApiSchema, CheckedChange } from "@millrace/bus/schema"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"
import { schemasIn } from "./schema-file.ts"

/** Prints the schemas that are published in the store, as JSON. Throws `CommandFailed` for an API that has none. */
export function dump(
  apis: readonly string[],
  { history, ...options }: StoreOptions & { readonly history?: true | undefined },
): Promise<void> {
  return inSession({ ...options, json: true }, async ({ app, out }) => {
    const { publishedSchemas, schemaHistory } = await import("@millrace/bus/schema")
    const published = await publishedSchemas(app)
    const missing = apis.filter((api) => !published.some((one) => one.api === api))
    if (missing.length > 0)
      throw new CommandFailed(
        `no schema is published of ${missing.join(", ")}: there is ${published.map(({ api }) => api).join(", ") || "none"}`,
        EXIT.notThere,
      )
    const asked = published.filter(({ api }) => apis.length === 0 || apis.includes(api))
    const shown = asked.map(async (newest) => [
      newest.api,
      history === true ? await schemaHistory(app, newest.api) : newest,
    ])
    out.answer(Object.fromEntries(await Promise.all(shown)), () => "")
  })
}

/** Tells what the APIs of a file change against the store, and sets the exit code when that breaks somebody. */
export async function check(file: string, options: StoreOptions): Promise<void> {
  const schemas = await schemasIn(file)
  await inSession(options, async ({ app, out }) => {
    const { breaks, checkSchemas } = await import("@millrace/bus/schema")
    const changes = await checkSchemas(app, schemas)
    const broken = changes.filter(breaks)
    out.answer(changes, () => changes.map((change) => lineOf(change, breaks(change))).join("\n") || same(schemas))
    if (broken.length > 0) process.exitCode = EXIT.failed
  })
}

function same(schemas: Readonly<Record<string, ApiSchema>>): string {
  return `ok  ${Object.keys(schemas).join(", ")}: as published`
}

function lineOf({ type, path, what, breaks, groups, against }: CheckedChange, broken: boolean): string {
  const where = path === "" ? type : `${type} ${path}`
  if (!broken) return against === 0 ? `ok  ${where}: was never published` : `ok  ${where}: ${what}`
  const whom = groups.length === 0 ? "nobody listens to it now" : `listeners: ${groups.join(", ")}`
  const how = breaks.includes("stored-events")
    ? "whoever listens with the new release can not handle what is stored"
    : "whoever still runs the old release can not handle what the new one fires"
  return `!!  ${where}: ${what}\n      ${how}; ${whom}`
}
