/** One server-sent event. */
export interface SentEvent {
  readonly id: string
  readonly data: string
}

/** Reads server-sent events as a browser's `EventSource` does, until `signal` is aborted. `lastEventId`: where an earlier connection ended. */
export async function* eventsOf(
  url: string,
  { lastEventId, signal }: { readonly lastEventId: string; readonly signal: AbortSignal },
): AsyncGenerator<SentEvent> {
  const { body } = await fetch(url, { headers: { "Last-Event-ID": lastEventId }, signal })
  if (body === null) return
  let text = ""
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const events = text.split("\n\n")
      text = events.pop() ?? ""
      for (const event of events) yield { id: field(event, "id"), data: field(event, "data") }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function field(event: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "m").exec(event)?.[1] ?? ""
}
