/** One thing that is wrong with a config. */
export interface ConfigProblem {
  /** Dotted: `apis.default.validate.incoming`. */
  readonly path: string
  readonly message: string
  /** Where it stands, from 1; absent for what does not come from a text. */
  readonly line?: number
  readonly column?: number
}

/**
 * A config can not be used. Lists everything that is wrong with it.
 * @remedy Put right what it lists; each has its line and column, and the nearest key that exists. `millrace config schema` tells an editor all keys.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
  readonly code = "config-error"
  readonly problems: readonly ConfigProblem[]

  constructor(source: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => lineOf(source, problem)).join("\n"))
    this.problems = problems
  }
}

function lineOf(source: string, { path, message, line, column }: ConfigProblem): string {
  const at = line === undefined ? source : `${source}:${line}:${column ?? 1}`
  return path === "" ? `${at}: ${message}` : `${at}: ${path}: ${message}`
}
