import { CommandFailed, EXIT } from "../exit-codes.ts"
import { messageText } from "../render/message-text.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints a stream's messages in log order. */
export function show(
  stream: string,
  { last, ...options }: StoreOptions & { readonly last?: number | undefined },
): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const found =
      last === undefined
        ? await app.historyFor(stream)
        : (await app.readStream(stream, { include: "all", direction: "backward", limit: last })).toReversed()
    if (found.length === 0) throw new CommandFailed(`there is no stream ${stream}`, EXIT.notThere)
    out.answer(found, () => found.map(messageText).join("\n\n"))
  })
}
