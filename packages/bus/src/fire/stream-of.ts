import { DefinitionError } from "@millrace/core"

/** What an event's streams have in common: the category that its length is counted in. */
export function categoryOfStream({
  api,
  type,
  streamUse,
}: {
  readonly api: string
  readonly type: string
  readonly streamUse: "per_api" | "per_event"
}): string {
  return streamUse === "per_api" ? api : type
}

/** The stream an event is fired to: the API's or the event's own, or within it the one of an entity. */
export function streamOf(
  {
    api,
    type,
    streamUse,
  }: { readonly api: string; readonly type: string; readonly streamUse: "per_api" | "per_event" },
  key: string | undefined,
): string {
  const stream = categoryOfStream({ api, type, streamUse })
  if (key === undefined) return stream
  if (key === "") throw new DefinitionError(`${type} was fired with an empty key: give the entity's id, or no key`)
  return `${stream}-${key}`
}
