import { OnError, type OnErrorChoice } from "../listen/on-error.ts"
import type { ApiOptions } from "../settings.ts"
import type { PathProblem } from "./check-content.ts"
import type { ApiConfigFile, ConfigFile } from "./config-schema.ts"
import type { Config } from "./config.ts"
import { maskUrl } from "./mask-url.ts"
import type { ConfigPath } from "./source.ts"
import { spanMs } from "./span.ts"

export type MadeConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly PathProblem[] }

const ON_ERROR: Readonly<Record<NonNullable<ApiConfigFile["on_error"]>, OnErrorChoice>> = {
  shutdown: OnError.SHUTDOWN,
  acknowledge_and_log: OnError.ACKNOWLEDGE_AND_LOG,
  park: OnError.PARK,
}

/** What a checked config file means: one log, one acknowledgement timeout, and settings for each API. */
export function toConfig(file: ConfigFile): MadeConfig {
  const apis = Object.entries(file.apis ?? {})
  const problems = [...differingUrls(file), ...severalTransports(file), ...apis.flatMap(onlyInDefault)]
  if (problems.length > 0) return { ok: false, problems }
  const [backend] = urlsOf(file)
  const shared = transportOf(file.apis?.["default"] ?? {})?.[1]
  return {
    ok: true,
    config: {
      ...given("service", file.service_name),
      ...given("processName", file.process_name),
      ...given("app", file.app),
      ...given("backend", backend?.url),
      ...given("maxShutdowns", file.max_shutdowns),
      ...given("acknowledgementTimeoutMs", msOf(shared?.acknowledgement_timeout)),
      ...given("pollMs", msOf(shared?.reclaim_interval)),
      settings: Object.fromEntries(apis.map(([name, api]) => [name, optionsOf(api)])),
    },
  }
}

function optionsOf(api: ApiConfigFile): ApiOptions {
  const transport = transportOf(api)?.[1]
  return {
    ...given("validate", api.validate),
    ...given("strict", api.strict_validation),
    ...given("onError", api.on_error === undefined ? undefined : ON_ERROR[api.on_error]),
    ...given("streamUse", transport?.stream_use),
    ...given("batchSize", transport?.batch_size),
    ...given("maxStreamLength", transport?.max_stream_length),
  }
}

type Kinds<T> = { readonly [kind: string]: T | undefined }
type EventTransport = NonNullable<NonNullable<ApiConfigFile["event_transport"]>["redis"]>

function transportOf(api: ApiConfigFile): readonly [string, EventTransport] | undefined {
  return kindsOf<EventTransport>(api.event_transport)[0]
}

function kindsOf<T>(kinds: Kinds<T> | undefined): readonly (readonly [string, T])[] {
  return Object.entries(kinds ?? {}).flatMap(([kind, one]) => (one === undefined ? [] : [[kind, one] as const]))
}

interface FoundUrl {
  readonly path: ConfigPath
  readonly url: string
}

/** Every URL of a config, with where it stands. */
function urlsOf(file: ConfigFile): readonly FoundUrl[] {
  const found: FoundUrl[] = []
  const look = (url: string | undefined, path: ConfigPath): void => {
    if (url !== undefined) found.push({ path, url })
  }
  look(file.backend, ["backend"])
  for (const [api, config] of Object.entries(file.apis ?? {}))
    for (const [kind, transport] of kindsOf<EventTransport>(config.event_transport))
      look(transport.url, ["apis", api, "event_transport", kind, "url"])
  for (const [kind, transport] of kindsOf<{ readonly url?: string }>(file.bus?.schema?.transport))
    look(transport.url, ["bus", "schema", "transport", kind, "url"])
  return found
}

/** Events, schemas and progress are one log: that is what makes them one commit. */
function differingUrls(file: ConfigFile): readonly PathProblem[] {
  const [first, ...others] = urlsOf(file)
  return others
    .filter(({ url }) => url !== first?.url)
    .map(({ path, url }) => ({
      path,
      message:
        `${maskUrl(url)} differs from ${maskUrl(first?.url ?? "")} at ${first?.path.join(".")}: ` +
        "events, schemas and progress are kept in one log, so that they are stored in one commit; give one URL",
    }))
}

function severalTransports(file: ConfigFile): readonly PathProblem[] {
  const places = [
    { path: ["bus", "schema", "transport"], kinds: kindsOf<object>(file.bus?.schema?.transport) },
    ...Object.entries(file.apis ?? {}).map(([api, { event_transport }]) => ({
      path: ["apis", api, "event_transport"],
      kinds: kindsOf<object>(event_transport),
    })),
  ]
  return places
    .filter(({ kinds }) => kinds.length > 1)
    .map(({ path, kinds }) => ({ path, message: `names ${kinds.map(([kind]) => kind).join(" and ")}: keep one` }))
}

/** What holds for a whole process can not differ from API to API. */
function onlyInDefault([name, api]: readonly [string, ApiConfigFile]): readonly PathProblem[] {
  if (name === "default") return []
  const [kind, transport] = transportOf(api) ?? []
  return (["acknowledgement_timeout", "reclaim_interval"] as const)
    .filter((key) => transport?.[key] !== undefined)
    .map((key) => ({
      path: ["apis", name, "event_transport", kind ?? "", key],
      message: "holds for a whole process: set it in apis.default",
    }))
}

function msOf(span: string | number | undefined): number | undefined {
  return span === undefined ? undefined : spanMs(span)
}

function given<const Key extends string, T>(key: Key, value: T | undefined): { readonly [K in Key]?: T }
function given(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value }
}
