/** The options of every verb that works on a store. */
export interface StoreOptions {
  readonly url?: string | undefined
  readonly config?: string | undefined
  readonly json?: true | undefined
}

/** The variable that names the store when neither option does. */
export const URL_VARIABLE = "MILLRACE_URL"

/** The config file that is taken when it is there and nothing else was given. */
export const DEFAULT_CONFIG = "millrace.yaml"
