import * as Schema from "effect/Schema"

import { ConfigSchema } from "./config-schema.ts"

/** The JSON Schema of config files, which editors complete and check by. */
export function configJsonSchema(): object {
  const { schema, definitions } = Schema.toJsonSchemaDocument(ConfigSchema, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Millrace config",
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
  }
}
