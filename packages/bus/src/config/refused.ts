/** Keys of Lightbus that can not mean anything here, and why. A `*` stands for any name. */
export const REFUSED: readonly { readonly path: string; readonly why: string }[] = [
  { path: "plugins", why: "there are no plugins: use the bus's hooks (onStart, beforeHandled …) in code" },
  { path: "bus.log_level", why: "the level is the logger's: give createBus a logger, such as pino's" },
  { path: "bus.schema.ttl", why: "schemas are kept with the log and do not expire" },
  { path: "bus.schema.add_api_timeout", why: "schemas are published in one write, which is tried again by itself" },
  { path: "apis.*.rpc_timeout", why: RPC() },
  { path: "apis.*.rpc_transport", why: RPC() },
  { path: "apis.*.result_transport", why: RPC() },
  { path: "apis.*.cast_values", why: "definitions decode what is stored: what they say is what handlers get" },
  { path: "apis.*.event_fire_timeout", why: "fire waits until the event is stored; race it with a timer of your own" },
  {
    path: "apis.*.event_listener_setup_timeout",
    why: "a service starts when its groups exist, or fails with the reason",
  },
  { path: "apis.*.event_transport.*.serializer", why: "payloads are stored as JSON by their definitions" },
  { path: "apis.*.event_transport.*.deserializer", why: "payloads are stored as JSON by their definitions" },
  {
    path: "apis.*.event_transport.*.reclaim_batch_size",
    why: "what a dead process held is handed out like any other event",
  },
  {
    path: "apis.*.event_transport.*.consumption_restart_delay",
    why: "workers wait by themselves while the storage is away",
  },
  {
    path: "apis.*.event_transport.*.consumer_ttl",
    why: "processes that are gone hold nothing that would have to be cleaned up",
  },
]

function RPC(): string {
  return "there are no remote calls, only events: fire one, and listen to its answer"
}

/** Why a path can not be set, if it is one of Lightbus' that can not. */
export function refusalOf(path: readonly string[]): string | undefined {
  return REFUSED.find(({ path: pattern }) => {
    const segments = pattern.split(".")
    return segments.length === path.length && segments.every((one, at) => one === "*" || one === path[at])
  })?.why
}
