import { OnError, type OnErrorChoice } from "./listen/on-error.ts"

/** How a service treats one API: the API's own settings over the defaults of all. */
export interface ApiSettings {
  readonly validate: {
    /** Fired events have to fit their definition. Default true. */
    readonly outgoing: boolean
    /** Arriving events have to fit their definition; those that do not go to `onError`. Default true. */
    readonly incoming: boolean
  }
  /** Arriving events may not have parameters that their definition does not know. Default false. */
  readonly strict: boolean
  /** `per_api`: one stream, so one order, for the API; `per_event`: one for each of its events. Default `per_api`. */
  readonly streamUse: "per_api" | "per_event"
  /** The most events one claim hands to a listener. Default: as many as the runtime finds good. */
  readonly batchSize?: number
  /** How many events a stream of the API keeps, those of its entities together; older ones are removed once every group has settled them. `null` keeps all. Default `null`. */
  readonly maxStreamLength: number | null
  /** What happens when a listener fails and does not say otherwise. */
  readonly onError: OnErrorChoice
}

export const DEFAULT_API_SETTINGS: ApiSettings = {
  validate: { outgoing: true, incoming: true },
  strict: false,
  streamUse: "per_api",
  maxStreamLength: null,
  onError: OnError.SHUTDOWN,
}

/** What may be set for an API, or for all. What is left out is inherited. */
export interface ApiOptions {
  readonly validate?: { readonly outgoing?: boolean; readonly incoming?: boolean } | boolean
  readonly strict?: boolean
  readonly streamUse?: "per_api" | "per_event"
  readonly batchSize?: number
  readonly maxStreamLength?: number | null
  readonly onError?: OnErrorChoice
}

/** What each API of a service is treated by: `default` for all, and each API by its name. */
export type ApisOptions = Readonly<Record<string, ApiOptions>>

/** The settings of one API: its own over those of `default`, key by key, over the built-in ones. */
export function settingsOf(apis: ApisOptions, name: string): ApiSettings {
  const given = [apis["default"] ?? {}, apis[name] ?? {}]
  return given.reduce<ApiSettings>(over, DEFAULT_API_SETTINGS)
}

/** The settings of a config with those given in code over them, API by API and key by key. */
export function mergedSettings(under: ApisOptions, above: ApisOptions): ApisOptions {
  const names = new Set([...Object.keys(under), ...Object.keys(above)])
  return Object.fromEntries([...names].map((name) => [name, merged(under[name] ?? {}, above[name] ?? {})]))
}

function merged(under: ApiOptions, above: ApiOptions): ApiOptions {
  if (under.validate === undefined || above.validate === undefined) return { ...under, ...above }
  return { ...under, ...above, validate: { ...bothWays(under.validate), ...bothWays(above.validate) } }
}

function bothWays(validate: NonNullable<ApiOptions["validate"]>): Exclude<ApiOptions["validate"], boolean | undefined> {
  return typeof validate === "boolean" ? { outgoing: validate, incoming: validate } : validate
}

function over(under: ApiSettings, { validate, ...rest }: ApiOptions): ApiSettings {
  return { ...under, ...rest, validate: { ...under.validate, ...(validate === undefined ? {} : bothWays(validate)) } }
}
