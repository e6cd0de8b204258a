import { CommandFailed, EXIT } from "../exit-codes.ts"
import { counted } from "../render/counted.ts"
import { messageText } from "../render/message-text.ts"
import { table } from "../render/table.ts"
import { audited } from "../session/audit.ts"
import { confirm } from "../session/confirm.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

const HEAD = ["group", "stream", "waits at", "failures", "error"] as const

/** Prints the dead letters. */
export function list({
  group,
  limit,
  ...options
}: StoreOptions & { readonly group?: string | undefined; readonly limit: number }): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const letters = await app.deadLetters({ limit, ...(group === undefined ? {} : { group }) })
    out.answer(letters, () =>
      table(
        HEAD,
        letters.map(({ group: of, key, next, failures, error }) => [of, key, next, failures, error ?? ""]),
        "no dead letters",
      ),
    )
  })
}

/** Prints a dead letter with the message it waits at. */
export function show(group: string, key: string, options: StoreOptions): Promise<void> {
  return inSession(options, async ({ app, backend, out }) => {
    const letter = (await app.deadLetters({ group, limit: Number.MAX_SAFE_INTEGER })).find((one) => one.key === key)
    if (letter === undefined) throw new CommandFailed(`${group} has no dead letter of ${key}`, EXIT.notThere)
    const ids = letter.messageId === undefined ? [] : [letter.messageId]
    const [message] = (await backend.read({ from: "ids", ids })).messages
    out.answer({ ...letter, message }, () =>
      [
        `${letter.group} waits at ${letter.next} of ${letter.key}, after ${counted(letter.failures, "failure")}`,
        letter.error ?? "",
        "",
        message === undefined ? "the message is not there any more" : messageText(message),
      ].join("\n"),
    )
  })
}

/** Handles dead letters again. */
export function retry(group: string, keys: readonly string[], options: StoreOptions): Promise<void> {
  return inSession(options, async (session) => {
    const some = keys.length === 0 ? undefined : keys
    const retried = await audited(session, { verb: "dead-letters retry", group, keys: [...keys] }, () =>
      session.app.retryDeadLetters(group, some),
    )
    if (retried === 0)
      throw new CommandFailed(
        some === undefined ? `${group} has no dead letters` : `${group} has no dead letter of ${some.join(", ")}`,
        EXIT.notThere,
      )
    session.out.answer(
      { group, retried },
      () => `${counted(retried, "dead letter")} of ${group} ${retried === 1 ? "is" : "are"} handled again`,
    )
  })
}

/** Passes over the message a dead letter waits at. */
export function discard(
  group: string,
  key: string,
  { yes, ...options }: StoreOptions & { readonly yes?: true | undefined },
): Promise<void> {
  return inSession(options, async (session) => {
    await confirm(`${group} never handles the message that ${key} waits at.`, yes === true)
    await audited(session, { verb: "dead-letters discard", group, key }, () =>
      session.app.discardDeadLetter(group, key),
    )
    session.out.answer({ group, discarded: key }, () => `${group} goes on with ${key}`)
  })
}
