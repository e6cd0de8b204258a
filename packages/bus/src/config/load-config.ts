import { checkContent } from "./check-content.ts"
import { ConfigError } from "./config-error.ts"
import type { Config } from "./config.ts"
import { overridesOf, withOverride } from "./environment.ts"
import { type ConfigSource, objectSource, readSource } from "./source.ts"
import { toConfig } from "./to-config.ts"

/**
 * Loads a config: a file (YAML, JSON, or a module whose default export is one), or its content. Variables of the environment that begin with `MILLRACE__`
 * override it. Throws `ConfigError`, which lists everything that is wrong, by name, line and column.
 */
export async function loadConfig(
  from: string | object,
  { environment = process.env }: { readonly environment?: Readonly<Record<string, string | undefined>> } = {},
): Promise<Config> {
  return configOf(typeof from === "string" ? await readSource(from) : objectSource(from), environment)
}

/** The config of a source. Throws `ConfigError`. */
export function configOf(source: ConfigSource, environment: Readonly<Record<string, string | undefined>>): Config {
  const overrides = overridesOf(environment)
  const content = overrides.reduce<unknown>(
    (under, { path, value }) => withOverride(under, path, value),
    source.content ?? {},
  )
  const variableOf = (path: readonly string[]): string | undefined =>
    overrides.find((one) => one.path.join(".") === path.join("."))?.variable
  const checked = checkContent(content)
  if (!checked.ok) {
    throw new ConfigError(
      source.name,
      checked.problems.map(({ path, message }) => {
        const variable = variableOf(path)
        const said = variable === undefined ? message : `${message} (from the variable ${variable})`
        return { path: path.join("."), message: said, ...(variable === undefined ? source.placeOf(path) : {}) }
      }),
    )
  }
  const made = toConfig(checked.content)
  if (made.ok) return made.config
  throw new ConfigError(
    source.name,
    made.problems.map(({ path, message }) => ({ path: path.join("."), message, ...source.placeOf(path) })),
  )
}
